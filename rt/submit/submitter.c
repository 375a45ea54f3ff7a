/* submitter.c: the table of back ends, their URLs, and the default submitter. */
#include "submitter.h"

#include "../fork.h"
#include "../interrupt.h"
#include "../leftovers.h"
#include "../list.h"
#include "../task.h"

#include <sched.h>
#include <string.h>
#include <unistd.h>

static const struct submitter_operations *const back_ends[] = {&submitter_process, &submitter_docker, &submitter_k8s,
                                                               &submitter_gke};

/* ---- Calls ---- */

/* From the list that it is in, if any. */
static void take(struct submitter_call *call)
{
    if (call->list)
        list_take(call->list, call);
    call->list = NULL;
}

static void move(struct submitter_call *call, struct call_list *list)
{
    take(call);
    list_put(list, call);
    call->list = list;
}

/* One that ends as it starts comes here too: the loop then goes on. */
static void start_waiting(hype_submitter *submitter)
{
    if (submitter->starting)
        return;
    submitter->starting = true;
    for (struct submitter_call *call; submitter->running < submitter->limit && (call = submitter->waiting.first);) {
        move(call, &submitter->begun);
        submitter->running++;
        call->start(call);
    }
    submitter->starting = false;
}

void submitter_admit(hype_submitter *submitter, struct submitter_call *call)
{
    move(call, &submitter->waiting);
    if (submitter->closing)
        call->cancel(call);
    else
        start_waiting(submitter);
}

void submitter_pause(hype_submitter *submitter, struct submitter_call *call)
{
    (void)call;
    submitter->running--;
    start_waiting(submitter);
}

void submitter_withdraw(hype_submitter *submitter, struct submitter_call *call)
{
    take(call);
    if (!submitter->begun.first && !submitter->waiting.first)
        task_event_set(&submitter->drained);
}

void submitter_watch(hype_submitter *submitter, struct submitter_call *call)
{
    move(call, &submitter->others);
}

void submitter_leave(hype_submitter *submitter, struct submitter_call *call)
{
    submitter->running--;
    submitter_withdraw(submitter, call);
    start_waiting(submitter);
}

static void cancel_calls(hype_submitter *submitter)
{
    submitter->closing = true;
    while (submitter->waiting.first)
        submitter->waiting.first->cancel(submitter->waiting.first);
    for (struct submitter_call *call = submitter->begun.first, *next; call; call = next) {
        next = call->next;
        call->cancel(call);
    }
    while (submitter->others.first)
        submitter->others.first->cancel(submitter->others.first);
}

/* Calls that are still in flight are cancelled and clean up after themselves before the submitter does. */
static void close_in_task(void *context)
{
    hype_submitter *submitter = context;
    task_shield_begin();
    cancel_calls(submitter);
    while (submitter->begun.first) {
        submitter->drained.set = false;
        task_event_wait(&submitter->drained, NO_DEADLINE);
    }
    submitter->operations->close(submitter);
    task_shield_end();
}

/* ---- URLs ---- */

struct parsed {
    struct submitter_url url;
    bool asked[ARRAY_SIZE(((struct submitter_url *)0)->options)];
    char *text;
};

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* In place. */
static void percent_decode(char *text)
{
    char *out = text;
    for (; *text; text++) {
        int high = *text == '%' ? hex_digit(text[1]) : -1, low = high >= 0 ? hex_digit(text[2]) : -1;
        if (low >= 0) {
            *out++ = (char)(high * 16 + low);
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = 0;
}

static int parse_options(struct parsed *parsed, char *text, const char *whole, hype_error **error)
{
    size_t n = 0;
    for (char *rest = text, *option; (option = strsep(&rest, "&"));) {
        char *value = strchr(option, '=');
        if (!value || n == ARRAY_SIZE(parsed->url.options))
            return error_set(error, HYPE_INVALID, "submitter '%s': '%s' is no option of the form name=value", whole,
                             option);
        *value++ = 0;
        percent_decode(option);
        percent_decode(value);
        parsed->url.options[n].name = option;
        parsed->url.options[n++].value = value;
    }
    return 0;
}

static int parse(const char *whole, struct parsed *parsed, hype_error **error)
{
    *parsed = (struct parsed){.text = strdup(whole)};
    if (!parsed->text)
        return error_memory(error);
    char *options = strchr(parsed->text, '?');
    if (options) {
        *options++ = 0;
        int status = parse_options(parsed, options, whole, error);
        if (status < 0)
            return status;
    }
    char *rest = strchr(parsed->text, ':');
    if (!rest)
        return error_set(error, HYPE_INVALID,
                         "'%s' is no submitter: it starts with a kind and a colon, such as process:", whole);
    *rest++ = 0;
    parsed->url.scheme = parsed->text;
    if (text_starts_with(rest, "//"))
        rest += 2;
    size_t n = 0;
    for (char *part; (part = strsep(&rest, "/"));) {
        if (n == ARRAY_SIZE(parsed->url.parts))
            return error_set(error, HYPE_INVALID, "submitter '%s' has too many parts between slashes", whole);
        percent_decode(part);
        parsed->url.parts[n++] = *part ? part : NULL;
    }
    return 0;
}

const char *submitter_url_option(struct submitter_url *url, const char *name)
{
    struct parsed *parsed = (struct parsed *)url;
    const char *value = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(url->options) && url->options[i].name; i++)
        if (strcmp(url->options[i].name, name) == 0) {
            parsed->asked[i] = true;
            value = url->options[i].value;
        }
    return value;
}

char *submitter_url_copy(struct submitter_url *url, const char *name)
{
    const char *value = submitter_url_option(url, name);
    return value ? strdup(value) : NULL;
}

bool submitter_url_flag(struct submitter_url *url, const char *name)
{
    const char *value = submitter_url_option(url, name);
    return value && *value && strcmp(value, "0") != 0 && strcmp(value, "no") != 0 && strcmp(value, "false") != 0;
}

static int open_parsed(struct parsed *parsed, const char *whole, hype_submitter **submitter, hype_error **error)
{
    const struct submitter_operations *found = NULL;
    cleanup_free char *known = strdup("");
    for (size_t i = 0; i < ARRAY_SIZE(back_ends); i++) {
        if (strcmp(back_ends[i]->scheme, parsed->url.scheme) == 0)
            found = back_ends[i];
        char *longer = text_format("%s%s%s:", known ? known : "", i ? ", " : "", back_ends[i]->scheme);
        free(known);
        known = longer;
    }
    if (!found)
        return error_set(error, HYPE_INVALID, "'%s' is no submitter: its kind must be one of %s", whole,
                         known ? known : "those there are");
    int status = found->open(&parsed->url, submitter, error);
    if (status < 0)
        return error_wrap(error, status, "submitter '%s'", whole);
    (*submitter)->operations = found;
    if ((*submitter)->limit == 0)
        (*submitter)->limit = SUBMITTER_LIMIT;
    for (size_t i = 0; i < ARRAY_SIZE(parsed->asked) && parsed->url.options[i].name; i++)
        if (!parsed->asked[i]) {
            if (task_self())
                close_in_task(*submitter);
            else
                task_run(close_in_task, *submitter, NULL);
            *submitter = NULL;
            return error_set(error, HYPE_INVALID, "submitter '%s' has no option '%s'", whole,
                             parsed->url.options[i].name);
        }
    return 0;
}

hype_submitter *submitter_open(const char *url, hype_error **error)
{
    struct parsed parsed;
    hype_submitter *submitter = NULL;
    int status = parse(url, &parsed, error);
    if (status == 0)
        open_parsed(&parsed, url, &submitter, error);
    free(parsed.text);
    return submitter;
}

/* ---- Those that are open ---- */

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static hype_submitter *open_submitters;
static hype_submitter *default_submitter;
static unsigned n_closing; /* not in the list any more, and not yet closed */
static struct task_event one_closed;

/* It has none of its parent's servers, and ends without touching them. */
static void after_fork_in_child(void)
{
    pthread_mutex_init(&open_lock, NULL);
    open_submitters = default_submitter = NULL;
    n_closing = 0;
}
IN_FORKED_CHILD(after_fork_in_child);

/* A program that ends leaves no process, no container and no folder behind. */
void submitter_close_all(void)
{
    bool some = false;
    while (interrupt_pending()) /* the loop thread does it, and ends the program */
        pause();
    while (open_submitters && !task_on_loop()) { /* exit() in a callback: what is left is swept by the next program */
        pthread_mutex_lock(&open_lock);
        hype_submitter *submitter = open_submitters;
        pthread_mutex_unlock(&open_lock);
        if (!submitter)
            break;
        hype_submitter_close(submitter);
        some = true;
    }
    if (some)
        printer_drain_all();
}

/* With the lock held. */
static void add_open(hype_submitter *submitter)
{
    static bool at_exit;
    if (!at_exit)
        at_exit = atexit(submitter_close_all) == 0;
    submitter->next = open_submitters;
    open_submitters = submitter;
}

/* False for one that is not open: what the end of the program has closed may be closed once more. */
static bool remove_open(hype_submitter *submitter)
{
    bool found = false;
    pthread_mutex_lock(&open_lock);
    hype_submitter **where = &open_submitters;
    while (*where && *where != submitter)
        where = &(*where)->next;
    if (*where) {
        *where = submitter->next;
        found = true;
        __atomic_add_fetch(&n_closing, 1, __ATOMIC_RELAXED);
    }
    if (default_submitter == submitter)
        default_submitter = NULL;
    pthread_mutex_unlock(&open_lock);
    return found;
}

hype_submitter *hype_submitter_open(const char *url)
{
    hype_error *error = NULL;
    hype_submitter *submitter = submitter_open(url, &error);
    if (submitter) {
        pthread_mutex_lock(&open_lock);
        add_open(submitter);
        pthread_mutex_unlock(&open_lock);
    }
    error_publish(error);
    return submitter;
}

hype_submitter *submitter_default(hype_error **error)
{
    pthread_mutex_lock(&open_lock);
    if (!default_submitter) {
        const char *url = getenv("HYPE_SUBMITTER");
        default_submitter = submitter_open(url && *url ? url : "process:", error);
        if (default_submitter)
            add_open(default_submitter);
        else
            error_wrap(error, 0, "HYPE_SUBMITTER");
    }
    hype_submitter *submitter = default_submitter;
    pthread_mutex_unlock(&open_lock);
    return submitter;
}

hype_submitter *hype_default_submitter(void)
{
    hype_error *error = NULL;
    hype_submitter *submitter = submitter_default(&error);
    error_publish(error);
    return submitter;
}

char *submitter_cache_uri(void)
{
    cleanup_free char *folder = cache_folder("staging");
    return folder ? text_format("file://%s", folder) : NULL;
}

static int close_member(void *context, hype_error **error)
{
    (void)error;
    close_in_task(context);
    return 0;
}

static void close_removed(void *context)
{
    close_in_task(context);
    __atomic_sub_fetch(&n_closing, 1, __ATOMIC_RELAXED);
    task_event_set(&one_closed);
}

void submitter_end_all(void)
{
    struct task_group group = {.limit = 0};
    pthread_mutex_lock(&open_lock);
    hype_submitter *submitter = open_submitters;
    open_submitters = default_submitter = NULL;
    pthread_mutex_unlock(&open_lock);
    for (hype_submitter *next; submitter; submitter = next) {
        next = submitter->next;
        task_group_start(&group, close_member, submitter);
    }
    task_group_wait(&group, NULL);
    while (__atomic_load_n(&n_closing, __ATOMIC_RELAXED) > 0) { /* that other threads are about to close */
        one_closed.set = false;
        task_event_wait(&one_closed, NO_DEADLINE);
    }
}

void hype_submitter_close(hype_submitter *submitter)
{
    if (!submitter || !remove_open(submitter))
        return;
    /* Where memory is short it waits for some: nobody could end the calls and remove their traces later. */
    while (task_run(close_removed, submitter, NULL) < 0) {
        if (!task_loop_runs()) { /* there has been no call */
            submitter->operations->close(submitter);
            __atomic_sub_fetch(&n_closing, 1, __ATOMIC_RELAXED);
            return;
        }
        sched_yield();
    }
}
