/* json_text.h: text in JSON that others have written, which may be anything. */
#ifndef HYPE_RT_JSON_TEXT_H
#define HYPE_RT_JSON_TEXT_H

#include <jansson.h>

/* The text that OBJECT has under NAME; NULL where there is none. Borrowed. */
static inline const char *json_text_or_null(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* The same; "" where there is none. */
static inline const char *json_text(const json_t *object, const char *name)
{
    const char *text = json_text_or_null(object, name);
    return text ? text : "";
}

#endif
