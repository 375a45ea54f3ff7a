/*
 * yaml_file.c: libyaml's events, built into jansson values.
 *
 * An alias becomes a copy of what its anchor named, so that the tree is one that can be changed; what copies may cost
 * is bounded. Places of values are not kept: when one is asked for, the text is read again up to it.
 */
#include "yaml_file.h"

#include "base64.h"
#include "library.h"
#include "util.h"
#include "yaml_scalar.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

enum {
    FILE_LIMIT = 16 << 20,
    NODE_COST = 64, /* bytes, about */
};

#define TAGS "tag:yaml.org,2002:"

/* ---- libyaml, loaded when it is needed ---- */

#define YAML_FUNCTIONS(X)                                                                                              \
    X(yaml_parser_initialize)                                                                                          \
    X(yaml_parser_set_input_string)                                                                                    \
    X(yaml_parser_parse)                                                                                               \
    X(yaml_parser_delete)                                                                                              \
    X(yaml_event_delete)

static struct {
#define YAML_FIELD(name) __typeof__(name) *name##_;
    YAML_FUNCTIONS(YAML_FIELD)
#undef YAML_FIELD
} libyaml;

static int load_libyaml(hype_error **error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static const char *const names[] = {
#define YAML_NAME(name) #name,
        YAML_FUNCTIONS(YAML_NAME)
#undef YAML_NAME
    };
    static struct library library = {
        .file = "libyaml-0.so.2",
        .purpose = "reads YAML",
        .package = "libyaml-0-2",
        .names = names,
        .n_names = ARRAY_SIZE(names),
        .table = &libyaml,
    };
    pthread_mutex_lock(&lock);
    int status = library_load(&library, error);
    pthread_mutex_unlock(&lock);
    return status;
}

/* ---- The reader ---- */

struct reader {
    const struct yaml *yaml;
    yaml_parser_t parser;
    yaml_event_t event; /* the current one */
    json_t *anchors;    /* object: what each names */
    unsigned depth;
    size_t copied; /* cost of the copies that aliases made */
    hype_error **error;

    /* The JSON pointer of the value that is being read, and the place of the one that is looked for or of its nearest
     * parent so far. */
    char *path;
    size_t path_size, path_capacity;
    const char *wanted;
    bool placed;
    size_t found_size;
    yaml_mark_t found;
};

static int refuse_at(struct reader *reader, yaml_mark_t mark, const char *format, ...) PRINTF_LIKE(3, 4);
static int refuse_at(struct reader *reader, yaml_mark_t mark, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    cleanup_free char *text = text_format_list(format, arguments);
    va_end(arguments);
    return error_set(reader->error, HYPE_INVALID, "%s:%zu:%zu: %s", reader->yaml->name, mark.line + 1, mark.column + 1,
                     text ? text : "refused");
}

/* libyaml tells only the byte of what is no character. */
static yaml_mark_t mark_of(const struct yaml *yaml, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < yaml->size; i++) {
        mark.column = yaml->text[i] == '\n' ? 0 : mark.column + 1;
        mark.line += yaml->text[i] == '\n';
    }
    return mark;
}

static int refuse_syntax(struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return error_memory(reader->error);
    if (parser->error == YAML_READER_ERROR)
        return refuse_at(reader, mark_of(reader->yaml, parser->problem_offset), "%s", parser->problem);
    return refuse_at(reader, parser->problem_mark, "%s%s%s", parser->context ? parser->context : "",
                     parser->context ? ": " : "", parser->problem ? parser->problem : "is no YAML");
}

static int next_event(struct reader *reader)
{
    libyaml.yaml_event_delete_(&reader->event);
    if (libyaml.yaml_parser_parse_(&reader->parser, &reader->event))
        return 0;
    memset(&reader->event, 0, sizeof reader->event);
    return refuse_syntax(reader);
}

/* ---- Places ---- */

/* Adds "/KEY", escaped as RFC 6901 says. */
static int path_enter(struct reader *reader, const char *key)
{
    size_t most = reader->path_size + 2 * strlen(key) + 2;
    if (most > reader->path_capacity) {
        char *longer = realloc(reader->path, 2 * most);
        if (!longer)
            return error_memory(reader->error);
        reader->path = longer;
        reader->path_capacity = 2 * most;
    }
    char *out = reader->path + reader->path_size;
    *out++ = '/';
    for (; *key; key++) {
        if (*key == '~' || *key == '/')
            *out++ = '~';
        *out++ = *key == '~' ? '0' : *key == '/' ? '1' : *key;
    }
    *out = 0;
    reader->path_size = (size_t)(out - reader->path);
    return 0;
}

static void path_leave(struct reader *reader, size_t size)
{
    reader->path_size = size;
}

static void note_place(struct reader *reader)
{
    size_t size = reader->path_size;
    if (!reader->wanted || (reader->placed && size <= reader->found_size) ||
        (size > 0 && strncmp(reader->path, reader->wanted, size) != 0) ||
        (reader->wanted[size] != 0 && reader->wanted[size] != '/'))
        return;
    reader->placed = true;
    reader->found = reader->event.start_mark;
    reader->found_size = size;
}

/* ---- Values ---- */

static int read_node(struct reader *reader, json_t **value);

/* What a copy of VALUE costs is taken from what is left. */
static int charge(struct reader *reader, const json_t *value, unsigned depth)
{
    const char *key;
    json_t *member;
    size_t i;
    int status = 0;
    if (depth == YAML_MOST_DEPTH && (json_is_object(value) || json_is_array(value)))
        return refuse_at(reader, reader->event.start_mark, "aliases nest more than %d levels", YAML_MOST_DEPTH);
    reader->copied += NODE_COST + (json_is_string(value) ? json_string_length(value) : 0);
    if (reader->copied > YAML_MOST_COPIED)
        return refuse_at(reader, reader->event.start_mark, "aliases multiply into more than %d bytes",
                         YAML_MOST_COPIED);
    if (json_is_object(value)) {
        json_object_foreach((json_t *)(uintptr_t)value, key, member)
        {
            reader->copied += strlen(key);
            if ((status = charge(reader, member, depth + 1)) < 0)
                return status;
        }
    }
    json_array_foreach(value, i, member) if ((status = charge(reader, member, depth + 1)) < 0) return status;
    return 0;
}

static int read_alias(struct reader *reader, json_t **value)
{
    const char *name = (const char *)reader->event.data.alias.anchor;
    const json_t *named = json_object_get(reader->anchors, name);
    if (!named)
        return refuse_at(reader, reader->event.start_mark,
                         "the alias *%s has no anchor before it, or stands inside what it names", name);
    int status = charge(reader, named, reader->depth);
    if (status < 0)
        return status;
    *value = json_deep_copy(named);
    return *value ? 0 : error_memory(reader->error);
}

static bool tag_is(const char *tag, const char *name)
{
    return text_starts_with(tag, TAGS) && strcmp(tag + strlen(TAGS), name) == 0;
}

/* The value of a scalar whose tag is written. */
static int read_tagged(struct reader *reader, const char *tag, const char *text, json_t **value)
{
    yaml_mark_t mark = reader->event.start_mark;
    if (strcmp(tag, "!") == 0 || tag_is(tag, "str") || tag_is(tag, "timestamp")) {
        *value = json_string(text);
        return *value ? 0 : error_memory(reader->error);
    }
    if (tag_is(tag, "binary")) {
        cleanup_free char *decoded = base64_decode_text(text);
        *value = decoded ? json_string(decoded) : NULL; /* UTF-8 or nothing */
        return *value ? 0 : refuse_at(reader, mark, "this is not the base64 of text");
    }
    bool known = tag_is(tag, "null") || tag_is(tag, "bool") || tag_is(tag, "int") || tag_is(tag, "float");
    if (!known)
        return refuse_at(reader, mark, "the tag %s is not supported here", tag);
    *value = yaml_scalar(text);
    bool fits = tag_is(tag, "null")   ? json_is_null(*value)
                : tag_is(tag, "bool") ? json_is_boolean(*value)
                : tag_is(tag, "int")  ? json_is_integer(*value)
                                      : json_is_number(*value);
    return fits ? 0 : refuse_at(reader, mark, "'%s' does not fit its tag %s", text, tag);
}

static int read_scalar(struct reader *reader, json_t **value)
{
    const char *text = (const char *)reader->event.data.scalar.value;
    const char *tag = (const char *)reader->event.data.scalar.tag;
    yaml_mark_t mark = reader->event.start_mark;
    if (strlen(text) != reader->event.data.scalar.length)
        return refuse_at(reader, mark, "a NUL character cannot stand in a value");
    if (tag)
        return read_tagged(reader, tag, text, value);
    if (reader->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        *value = json_string(text);
        return *value ? 0 : error_memory(reader->error);
    }
    *value = yaml_scalar(text);
    return *value ? 0 : refuse_at(reader, mark, "JSON has no number %s", text);
}

static int check_collection_tag(struct reader *reader, const yaml_char_t *tag, const char *usual)
{
    return !tag || tag_is((const char *)tag, usual) || strcmp((const char *)tag, "!") == 0
               ? 0
               : refuse_at(reader, reader->event.start_mark, "the tag %s is not supported here", (const char *)tag);
}

static int read_sequence(struct reader *reader, json_t *array)
{
    int status = check_collection_tag(reader, reader->event.data.sequence_start.tag, "seq");
    size_t outside = reader->path_size;
    for (size_t i = 0; status == 0; i++) {
        char index[24];
        json_t *value = NULL;
        status = next_event(reader);
        if (status < 0 || reader->event.type == YAML_SEQUENCE_END_EVENT)
            break;
        snprintf(index, sizeof index, "%zu", i);
        status = path_enter(reader, index);
        if (status == 0)
            status = read_node(reader, &value);
        path_leave(reader, outside);
        if (status == 0 && json_array_append(array, value) < 0)
            status = error_memory(reader->error);
        json_decref(value);
    }
    return status;
}

/* The current event as a key, which is a string in JSON whatever it was; a new string. */
static int read_key(struct reader *reader, char **key)
{
    yaml_mark_t mark = reader->event.start_mark;
    json_t *value = NULL;
    if (reader->event.type != YAML_SCALAR_EVENT && reader->event.type != YAML_ALIAS_EVENT)
        return refuse_at(reader, mark, "a key must be a string");
    int status = read_node(reader, &value);
    if (status < 0)
        return status;
    if (json_is_string(value))
        *key = strdup(json_string_value(value));
    else if (json_is_number(value) || json_is_boolean(value))
        *key = json_dumps(value, JSON_ENCODE_ANY);
    else
        status = refuse_at(reader, mark, "a key must be a string");
    json_decref(value);
    return status == 0 && !*key ? error_memory(reader->error) : status;
}

/* The value of '<<': a mapping, or several of which the first that has a key wins. */
static int read_merged(struct reader *reader, json_t *merged)
{
    yaml_mark_t mark = reader->event.start_mark;
    json_t *value = NULL, *one;
    size_t i;
    int status = read_node(reader, &value);
    bool fits = json_is_object(value) || json_is_array(value);
    json_array_foreach(value, i, one) fits = fits && json_is_object(one);
    if (status == 0 && !fits)
        status = refuse_at(reader, mark, "'<<' takes a mapping or a list of mappings");
    if (status == 0 && (json_is_array(value) ? json_array_extend(merged, value) : json_array_append(merged, value)) < 0)
        status = error_memory(reader->error);
    json_decref(value);
    return status;
}

static int read_member(struct reader *reader, json_t *object)
{
    cleanup_free char *key = NULL;
    json_t *value = NULL;
    yaml_mark_t mark = reader->event.start_mark;
    size_t outside = reader->path_size;
    int status = read_key(reader, &key);
    if (status == 0 && json_object_get(object, key))
        status = refuse_at(reader, mark, "the key '%s' stands twice", key);
    if (status == 0)
        status = next_event(reader);
    if (status == 0)
        status = path_enter(reader, key);
    if (status == 0)
        status = read_node(reader, &value);
    path_leave(reader, outside);
    if (status == 0 && json_object_set(object, key, value) < 0)
        status = error_memory(reader->error);
    json_decref(value);
    return status;
}

static bool at_merge_key(const struct reader *reader)
{
    const yaml_event_t *event = &reader->event;
    if (event->type != YAML_SCALAR_EVENT || strcmp((const char *)event->data.scalar.value, "<<") != 0)
        return false;
    const char *tag = (const char *)event->data.scalar.tag;
    return tag ? tag_is(tag, "merge") : event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static int read_mapping(struct reader *reader, json_t *object)
{
    json_t *merged = json_array(), *one;
    size_t i;
    int status = check_collection_tag(reader, reader->event.data.mapping_start.tag, "map");
    while (status == 0) {
        status = next_event(reader);
        if (status < 0 || reader->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (!at_merge_key(reader))
            status = read_member(reader, object);
        else if ((status = next_event(reader)) == 0)
            status = read_merged(reader, merged);
    }
    json_array_foreach(merged, i, one) if (status == 0 && json_object_update_missing(object, one) < 0) status =
        error_memory(reader->error);
    json_decref(merged);
    return status;
}

static int read_collection(struct reader *reader, json_t **value)
{
    if (reader->depth == YAML_MOST_DEPTH)
        return refuse_at(reader, reader->event.start_mark, "values nest more than %d levels", YAML_MOST_DEPTH);
    bool mapping = reader->event.type == YAML_MAPPING_START_EVENT;
    *value = mapping ? json_object() : json_array();
    if (!*value)
        return error_memory(reader->error);
    reader->depth++;
    int status = mapping ? read_mapping(reader, *value) : read_sequence(reader, *value);
    reader->depth--;
    return status;
}

/* The value that the current event begins; its last event is then the current one. *VALUE is the caller's to decref
 * also after a failure. */
static int read_node(struct reader *reader, json_t **value)
{
    const yaml_event_t *event = &reader->event;
    const yaml_char_t *anchor = event->type == YAML_SCALAR_EVENT           ? event->data.scalar.anchor
                                : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.anchor
                                : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.anchor
                                                                           : NULL;
    cleanup_free char *name = anchor ? strdup((const char *)anchor) : NULL;
    note_place(reader);
    if (name)
        json_object_del(reader->anchors, name);
    int status;
    if (event->type == YAML_ALIAS_EVENT)
        status = read_alias(reader, value);
    else if (event->type == YAML_SCALAR_EVENT)
        status = read_scalar(reader, value);
    else
        status = read_collection(reader, value);
    if (status == 0 && name && json_object_set(reader->anchors, name, *value) < 0)
        status = error_memory(reader->error);
    return status;
}

/* ---- Files ---- */

static int read_document(struct reader *reader, json_t **root)
{
    int status = next_event(reader); /* the stream's start */
    if (status == 0)
        status = next_event(reader);
    if (status == 0 && reader->event.type == YAML_STREAM_END_EVENT) {
        *root = json_null();
        return 0;
    }
    if (status == 0)
        status = next_event(reader);
    if (status == 0)
        status = read_node(reader, root);
    if (status == 0)
        status = next_event(reader); /* the document's end */
    if (status == 0)
        status = next_event(reader);
    if (status == 0 && reader->event.type != YAML_STREAM_END_EVENT)
        status = refuse_at(reader, reader->event.start_mark, "another document begins here; there must be only one");
    return status;
}

/* With WANTED, *PLACE is where that value stands. */
static int read_text(const struct yaml *yaml, const char *wanted, json_t **root, yaml_mark_t *place, hype_error **error)
{
    struct reader reader = {.yaml = yaml, .wanted = wanted, .error = error};
    int status = load_libyaml(error);
    if (status < 0)
        return status;
    reader.anchors = json_object();
    if (!reader.anchors || !libyaml.yaml_parser_initialize_(&reader.parser)) {
        json_decref(reader.anchors);
        return error_memory(error);
    }
    libyaml.yaml_parser_set_input_string_(&reader.parser, (const unsigned char *)yaml->text, yaml->size);
    status = read_document(&reader, root);
    *place = reader.found;
    libyaml.yaml_event_delete_(&reader.event);
    libyaml.yaml_parser_delete_(&reader.parser);
    json_decref(reader.anchors);
    free(reader.path);
    return status;
}

/* Whether TEXT begins as JSON does and nests no more than it may. */
static bool may_be_json(const char *text)
{
    text += strspn(text, " \t\r\n");
    if (*text != '{' && *text != '[')
        return false;
    bool quoted = false;
    int depth = 0;
    for (; *text && depth <= YAML_MOST_DEPTH; text++) {
        if (quoted && *text == '\\' && text[1])
            text++;
        else if (*text == '"')
            quoted = !quoted;
        else if (!quoted && (*text == '{' || *text == '['))
            depth++;
        else if (!quoted && (*text == '}' || *text == ']'))
            depth--;
    }
    return depth <= YAML_MOST_DEPTH;
}

/* JSON has a few things that libyaml refuses: tabs as indentation, pairs of surrogates. */
static json_t *read_json(const struct yaml *yaml)
{
    return may_be_json(yaml->text) ? json_loadb(yaml->text, yaml->size, JSON_REJECT_DUPLICATES, NULL) : NULL;
}

int yaml_parse(const char *name, const char *text, size_t size, struct yaml *yaml, hype_error **error)
{
    cleanup_error hype_error *failure = NULL;
    yaml_mark_t unused;
    *yaml = (struct yaml){.name = strdup(name), .text = malloc(size + 1), .size = size};
    if (!yaml->name || !yaml->text)
        return error_memory(error);
    memcpy(yaml->text, text, size);
    yaml->text[size] = 0;
    int status = read_text(yaml, NULL, &yaml->root, &unused, &failure);
    if (status == 0)
        return 0;
    json_decref(yaml->root);
    yaml->root = status == -HYPE_INVALID ? read_json(yaml) : NULL;
    if (yaml->root)
        return 0;
    if (error && !*error)
        *error = steal_pointer(failure);
    return status;
}

int yaml_read(const char *path, struct yaml *yaml, hype_error **error)
{
    cleanup_free char *text = NULL;
    size_t size;
    int status = file_read(path, FILE_LIMIT, &text, &size, error);
    return status < 0 ? status : yaml_parse(path, text, size, yaml, error);
}

void yaml_free(struct yaml *yaml)
{
    json_decref(yaml->root);
    free(yaml->name);
    free(yaml->text);
    *yaml = (struct yaml){0};
}

int yaml_refuse(const struct yaml *yaml, const char *pointer, hype_error **error, const char *format, ...)
{
    json_t *root = NULL;
    yaml_mark_t place = {0};
    va_list arguments;
    va_start(arguments, format);
    cleanup_free char *text = text_format_list(format, arguments);
    va_end(arguments);
    read_text(yaml, pointer, &root, &place, NULL);
    json_decref(root);
    return error_set(error, HYPE_INVALID, "%s:%zu:%zu: %s", yaml->name, place.line + 1, place.column + 1,
                     text ? text : "refused");
}
