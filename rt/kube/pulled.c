/* pulled.c: the durations in events of reason Pulled. */
#include "pulled.h"

#include "../util.h"

#include <string.h>

/* As Go writes durations: "1m2.5s", "350ms". */
static double read_duration(const char *text)
{
    static const struct {
        const char *name; /* longer ones first */
        double nanoseconds;
    } units[] = {{"ms", 1e6}, {"ns", 1}, {"us", 1e3}, {"\u00b5s", 1e3}, {"h", 3600e9}, {"m", 60e9}, {"s", 1e9}};
    double sum = 0;
    for (;;) {
        char *end;
        size_t unit = 0;
        if (!strchr("0123456789", *text) || !*text)
            return sum;
        double number = strtod(text, &end);
        while (unit < ARRAY_SIZE(units) && !text_starts_with(end, units[unit].name))
            unit++;
        if (unit == ARRAY_SIZE(units))
            return sum;
        sum += number * units[unit].nanoseconds;
        text = end + strlen(units[unit].name);
    }
}

int64_t pulled_message_time(const char *message)
{
    const char *duration = text_starts_with(message, "Successfully pulled") ? strstr(message, "\" in ") : NULL;
    double nanoseconds = duration ? read_duration(duration + strlen("\" in ")) : 0;
    return nanoseconds < 1e18 ? (int64_t)nanoseconds : 0;
}

int64_t pulled_time(struct kube_client *client, const char *namespace, const char *pod)
{
    json_t *answer = NULL, *event;
    size_t i;
    int64_t sum = 0;
    cleanup_free char *path = text_format(
        "/api/v1/namespaces/%s/events?fieldSelector=involvedObject.name%%3D%s%%2Creason%%3DPulled", namespace, pod);
    struct kube_request request = {.path = path, .attempts = 1};
    if (!path || kube_perform(client, &request, &answer, NULL, NULL) < 0)
        return 0;
    json_array_foreach(json_object_get(answer, "items"), i, event)
    {
        const char *message = json_string_value(json_object_get(event, "message"));
        sum += message ? pulled_message_time(message) : 0;
    }
    json_decref(answer);
    return sum;
}
