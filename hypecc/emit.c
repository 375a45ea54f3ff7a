/*
 * emit.c: writes the generated C.
 *
 * It stands behind the user's own text, whose macros are still in force: every name that it uses and that is a macro
 * there is undefined first. Its own names begin with hype_, so that parameters and fields can keep theirs.
 */
#include "emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* A C string literal. */
static void emit_string(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\' || c == '?')
            fprintf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            fprintf(out, "\\%03o", c);
        else
            putc(c, out);
    }
    putc('"', out);
}

static void emit_sizeof(FILE *out, const char *type)
{
    fprintf(out, "%ssizeof(%s)", model_needs_extension(type) ? "__extension__ " : "", type);
}

/* ---- Count functions ---- */

static void emit_number(FILE *out, const struct expression *e)
{
    static const char *const functions[] = {[EXPRESSION_ADD] = "hype_number_add",
                                            [EXPRESSION_SUBTRACT] = "hype_number_subtract",
                                            [EXPRESSION_MULTIPLY] = "hype_number_multiply",
                                            [EXPRESSION_DIVIDE] = "hype_number_divide"};
    switch (e->kind) {
    case EXPRESSION_CONSTANT:
        if (strspn(e->text, "0123456789") == strlen(e->text) && strlen(e->text) < 10)
            fprintf(out, "hype_number_signed(%s)", e->text);
        else
            fprintf(out, "HYPE_NUMBER(%s)", e->text);
        break;
    case EXPRESSION_SIZEOF:
        fputs("hype_number_unsigned(", out);
        emit_sizeof(out, e->text);
        putc(')', out);
        break;
    case EXPRESSION_PATH:
        fprintf(out, "HYPE_NUMBER(%s)", e->text);
        break;
    case EXPRESSION_NEGATE:
        fputs("hype_number_subtract(hype_number_signed(0), ", out);
        emit_number(out, e->left);
        putc(')', out);
        break;
    default:
        fprintf(out, "%s(", functions[e->kind]);
        emit_number(out, e->left);
        fputs(", ", out);
        emit_number(out, e->right);
        putc(')', out);
        break;
    }
}

static bool uses_self(const struct expression *e)
{
    return e && (e->kind == EXPRESSION_PATH || uses_self(e->left) || uses_self(e->right));
}

/* Each pointer that the expression follows, once. */
static void collect_guards(struct arena *arena, const struct expression *e, const char ***guards, size_t *n)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->n_guards; i++) {
        bool known = false;
        for (size_t k = 0; k < *n; k++)
            known |= strcmp((*guards)[k], e->guards[i]) == 0;
        if (!known)
            ARENA_ADD(arena, *guards, *n, e->guards[i]);
    }
    collect_guards(arena, e->left, guards, n);
    collect_guards(arena, e->right, guards, n);
}

static void emit_count_body(FILE *out, const struct model_unit *unit, const struct model_count *count)
{
    const char **guards = NULL;
    size_t n_guards = 0;
    collect_guards(unit->arena, count->expression, &guards, &n_guards);
    for (size_t i = 0; i < n_guards; i++)
        fprintf(out,
                "    if (!%s)\n"
                "        return %s;\n",
                guards[i], count->n_cases ? "HYPE_COUNT_INVALID" : "0");
    if (count->n_cases == 0) {
        fputs("    return hype_number_count(", out);
        emit_number(out, count->expression);
        fputs(");\n", out);
        return;
    }
    fputs("    hype_tag = ", out);
    emit_number(out, count->expression);
    fputs(".value;\n", out);
    for (size_t i = 0; i < count->n_cases; i++)
        fprintf(out,
                "    if (hype_tag == HYPE_NUMBER(%s).value)\n"
                "        return %u;\n",
                count->cases[i].value, count->cases[i].type);
    fputs("    return HYPE_COUNT_INVALID;\n", out);
}

static bool same_count(struct arena *arena, const struct model_count *a, const struct model_count *b)
{
    return a && b && a->n_cases + b->n_cases == 0 && a->by_context == b->by_context && strcmp(a->self, b->self) == 0 &&
           strcmp(expression_show(arena, a->expression), expression_show(arena, b->expression)) == 0;
}

/* The first field of the type that is counted alike: the function is named after it. */
static size_t first_alike(const struct model_unit *unit, unsigned type, size_t f)
{
    const struct model_field *fields = unit->types[type].fields;
    for (size_t i = 0; i < f; i++) {
        if (same_count(unit->arena, fields[i].count, fields[f].count))
            return i;
    }
    return f;
}

static const char *counted_names(const struct model_unit *unit, unsigned type, size_t f)
{
    const struct model_type *owner = &unit->types[type];
    const char *names = owner->fields[f].name;
    for (size_t i = f + 1; i < owner->n_fields; i++) {
        if (same_count(unit->arena, owner->fields[f].count, owner->fields[i].count))
            names = arena_format(unit->arena, "%s, %s", names, owner->fields[i].name);
    }
    return names;
}

static void emit_count(FILE *out, const struct model_unit *unit, unsigned type, size_t f)
{
    const struct model_count *count = unit->types[type].fields[f].count;
    const char *used = count->by_context ? "hype_context" : "hype_owner";
    const char *unused = count->by_context ? "hype_owner" : "hype_context";
    bool self = uses_self(count->expression);

    fprintf(out,
            "\n"
            "/* %s of %s: %s%s */\n"
            "static int64_t hype_count_%u_%zu(const void *hype_owner, const void *hype_context)\n"
            "{\n",
            counted_names(unit, type, f), unit->types[type].name, count->n_cases ? "the member for " : "",
            expression_show(unit->arena, count->expression), type, f);
    if (self)
        fprintf(out, "    const %s *const hype_self = %s;\n", count->self, used);
    if (count->n_cases)
        fputs("    int64_t hype_tag;\n", out);
    if (self)
        putc('\n', out);
    else
        fprintf(out, "    (void)%s;\n", used);
    fprintf(out, "    (void)%s;\n", unused);
    emit_count_body(out, unit, count);
    fputs("}\n", out);
}

/* ---- Tables ---- */

static const char *const kind_names[] = {[HYPE_FIELD_EMBED] = "HYPE_FIELD_EMBED",
                                         [HYPE_FIELD_POINTER] = "HYPE_FIELD_POINTER",
                                         [HYPE_FIELD_TERMINATED] = "HYPE_FIELD_TERMINATED",
                                         [HYPE_FIELD_FUNCTION] = "HYPE_FIELD_FUNCTION",
                                         [HYPE_FIELD_UNION] = "HYPE_FIELD_UNION",
                                         [HYPE_FIELD_FLEXIBLE] = "HYPE_FIELD_FLEXIBLE",
                                         [HYPE_FIELD_SKIP] = "HYPE_FIELD_SKIP"};
static const char *const direction_names[] = {[HYPE_DIRECTION_IN] = "HYPE_DIRECTION_IN",
                                              [HYPE_DIRECTION_OUT] = "HYPE_DIRECTION_OUT",
                                              [HYPE_DIRECTION_INOUT] = "HYPE_DIRECTION_INOUT"};

static void emit_field(FILE *out, const struct model_unit *unit, unsigned type, size_t f)
{
    const struct model_type *owner = &unit->types[type];
    const struct model_field *field = &owner->fields[f];
    fprintf(out, "    {.kind = %s, .direction = %s, .type = %u,\n     .offset = ", kind_names[field->kind],
            direction_names[field->direction], field->type);
    if (field->member)
        fprintf(out, "__builtin_offsetof(%s, %s)", owner->spelling, field->member);
    else
        putc('0', out);
    if (field->kind == HYPE_FIELD_SKIP)
        fprintf(out, ", .repeat = sizeof(((%s *)0)->%s)", owner->spelling, field->member);
    else
        fprintf(out, ", .repeat = %llu", (unsigned long long)field->repeat);
    if (field->count)
        fprintf(out, ", .count = hype_count_%u_%zu", type, first_alike(unit, type, f));
    fputs(",\n     .name = ", out);
    emit_string(out, field->name);
    if (field->prototype) {
        fputs(", .prototype = ", out);
        emit_string(out, field->prototype);
    }
    fputs("},\n", out);
}

static void emit_fields(FILE *out, const struct model_unit *unit, unsigned type)
{
    const struct model_type *owner = &unit->types[type];
    if (owner->n_fields == 0)
        return;
    for (size_t f = 0; f < owner->n_fields; f++) {
        if (owner->fields[f].count && first_alike(unit, type, f) == f)
            emit_count(out, unit, type, f);
    }
    fprintf(out, "\n/* %s */\nstatic const struct hype_field hype_fields_%u[] = {\n", owner->name, type);
    for (size_t f = 0; f < owner->n_fields; f++)
        emit_field(out, unit, type, f);
    fputs("};\n", out);
}

static void emit_types(FILE *out, const struct model_unit *unit)
{
    fputs("\nstatic const struct hype_type hype_types_[] = {\n", out);
    for (unsigned t = 0; t < unit->n_types; t++) {
        const struct model_type *type = &unit->types[t];
        fprintf(out, "    /* %u */\n    {.name = ", t);
        emit_string(out, type->name);
        fputs(",\n     .size = ", out);
        emit_sizeof(out, type->spelling);
        fprintf(out, ",\n     .alignment = __extension__ _Alignof(%s)", type->spelling);
        if (type->context)
            fputs(",\n     .flags = HYPE_TYPE_CONTEXT", out);
        if (type->n_fields)
            fprintf(out, ",\n     .n_fields = %zu, .fields = hype_fields_%u", type->n_fields, t);
        fputs("},\n", out);
    }
    fputs("};\n", out);
}

/* ---- Entries ---- */

static void emit_frame(FILE *out, const struct model_unit *unit, const struct model_entry *entry)
{
    fprintf(out, "\n%s%s {\n", entry->extension ? "__extension__ " : "", unit->types[entry->frame].spelling);
    for (size_t i = 0; i < entry->n_parameters; i++)
        fprintf(out, "    %s;\n", entry->parameters[i].member);
    for (size_t i = 0; i < entry->n_globals; i++)
        fprintf(out, "    __typeof__(%s) *%s;\n", entry->globals[i].name, entry->globals[i].member);
    if (entry->result_declaration)
        fprintf(out, "    %s;\n", entry->result_declaration);
    if (entry->n_parameters + entry->n_globals == 0 && !entry->result_declaration)
        fputs("    char hype_nothing; /* a struct has at least one member */\n", out);
    fputs("};\n", out);
}

/* A function of its own, since a parameter of the bind function may have a global's name. */
static void emit_globals(FILE *out, const struct model_unit *unit, const struct model_entry *entry)
{
    if (entry->n_globals == 0)
        return;
    fprintf(out,
            "\n"
            "static void hype_globals_%s(%s *hype_frame)\n"
            "{\n",
            entry->name, unit->types[entry->frame].spelling);
    for (size_t i = 0; i < entry->n_globals; i++)
        fprintf(out, "    hype_frame->%s = &%s;\n", entry->globals[i].member, entry->globals[i].name);
    fputs("}\n", out);
}

static void emit_bind(FILE *out, const struct model_unit *unit, size_t number)
{
    const struct model_entry *entry = &unit->entries[number];
    fprintf(out,
            "\n"
            "%sstatic %s\n"
            "{\n"
            "    %s hype_frame;\n"
            "\n"
            "    __builtin_memset(&hype_frame, 0, sizeof hype_frame);\n",
            entry->extension ? "__extension__ " : "", entry->bind_declaration, unit->types[entry->frame].spelling);
    for (size_t i = 0; i < entry->n_parameters; i++) {
        const char *name = entry->parameters[i].name;
        switch (entry->parameters[i].copy) {
        case MODEL_ASSIGN:
            fprintf(out, "    hype_frame.%s = %s;\n", name, name);
            break;
        case MODEL_BYTES:
            fprintf(out, "    __builtin_memcpy(&hype_frame.%s, &%s, sizeof hype_frame.%s);\n", name, name, name);
            break;
        case MODEL_ADDRESS:
            fprintf(out, "    hype_frame.%s = (void *)(__UINTPTR_TYPE__)%s;\n", name, name);
            break;
        }
    }
    if (entry->n_globals)
        fprintf(out, "    hype_globals_%s(&hype_frame);\n", entry->name);
    fprintf(out, "    hype_capture_frame(&hype_unit_, %zu, &hype_frame);\n", number);
    if (entry->result_declaration)
        fputs("    return hype_frame.hype_result;\n", out);
    fputs("}\n", out);
}

static void emit_global_values(FILE *out, const struct model_entry *entry)
{
    for (size_t i = 0; i < entry->n_globals; i++) {
        const struct model_global *global = &entry->globals[i];
        if (global->copy == MODEL_ASSIGN)
            fprintf(out, "    %s = *hype_frame->%s;\n", global->name, global->member);
        else if (global->is_volatile)
            fprintf(out,
                    "    __builtin_memcpy((void *)(__UINTPTR_TYPE__)&%s, (void *)(__UINTPTR_TYPE__)hype_frame->%s,\n"
                    "                     sizeof %s);\n",
                    global->name, global->member, global->name);
        else
            fprintf(out, "    __builtin_memcpy(&%s, hype_frame->%s, sizeof %s);\n", global->name, global->member,
                    global->name);
    }
}

static void emit_invoke(FILE *out, const struct model_unit *unit, const struct model_entry *entry)
{
    fprintf(out,
            "\n"
            "static void hype_invoke_%s(void *hype_memory)\n"
            "{\n",
            entry->name);
    if (entry->n_parameters + entry->n_globals || entry->result_declaration)
        fprintf(out, "    %s *const hype_frame = hype_memory;\n\n", unit->types[entry->frame].spelling);
    else
        fputs("    (void)hype_memory;\n", out);
    emit_global_values(out, entry);
    bool bytes = entry->result_declaration && entry->result_copy == MODEL_BYTES;
    if (bytes) /* a block, since some users want declarations first */
        fputs("    {\n        __typeof__(hype_frame->hype_result) hype_result = ", out);
    else
        fprintf(out, "    %s", entry->result_declaration ? "hype_frame->hype_result = " : "");
    fprintf(out, "%s(", entry->name);
    for (size_t i = 0; i < entry->n_parameters; i++)
        fprintf(out, "%shype_frame->%s", i ? ", " : "", entry->parameters[i].name);
    fputs(");\n", out);
    if (bytes)
        fputs("        __builtin_memcpy(&hype_frame->hype_result, &hype_result, sizeof hype_result);\n    }\n", out);
    fputs("}\n", out);
}

static void emit_entries(FILE *out, const struct model_unit *unit)
{
    fputs("\nstatic const struct hype_entry hype_entries_[] = {\n", out);
    for (size_t i = 0; i < unit->n_entries; i++) {
        const struct model_entry *entry = &unit->entries[i];
        const char *frame = unit->types[entry->frame].spelling;
        fprintf(out, "    {.name = \"%s\", .prototype = ", entry->name);
        emit_string(out, entry->prototype);
        fprintf(out,
                ",\n"
                "     .signature = UINT64_C(0x%016llx),\n"
                "     .function = (hype_function)%s, .bind = (hype_function)hype_bind_%s,\n"
                "     .invoke = hype_invoke_%s, .frame = %u,\n",
                (unsigned long long)entry->signature, entry->name, entry->name, entry->name, entry->frame);
        if (entry->result_declaration)
            fprintf(out,
                    "     .result_offset = __builtin_offsetof(%s, hype_result),\n"
                    "     .result_size = sizeof(((%s *)0)->hype_result)},\n",
                    frame, frame);
        else
            fputs("     .result_offset = HYPE_NO_RESULT},\n", out);
    }
    fputs("};\n", out);
}

static bool has_long_double(const struct model_unit *unit)
{
    for (size_t i = 0; i < unit->n_entries; i++)
        if (strstr(unit->entries[i].prototype, "long double"))
            return true;
    for (size_t t = 0; t < unit->n_types; t++)
        if (unit->types[t].text && strstr(unit->types[t].text, "long double"))
            return true;
    return false;
}

static void emit_registration(FILE *out, const struct model_unit *unit)
{
    fputs("\n"
          "static struct hype_unit hype_unit_ = {.version = HYPE_GENERATED_VERSION, .source = ",
          out);
    emit_string(out, unit->source);
    fprintf(out,
            ", .abi = %s,\n"
            "                                      .n_types = %zu, .n_entries = %zu,\n"
            "                                      .types = hype_types_, .entries = hype_entries_};\n"
            "\n"
            "/* hypecc defines it where it links a program or shared library; nobody else does. */\n"
            "extern const struct hype_remote hype_remote_object __attribute__((weak, visibility(\"hidden\")));\n"
            "\n"
            "__attribute__((constructor)) static void hype_register_(void)\n"
            "{\n"
            "    hype_register_unit(&hype_unit_, &hype_remote_object);\n"
            "}\n"
            "\n"
            "__attribute__((destructor)) static void hype_unregister_(void)\n"
            "{\n"
            "    hype_unregister_unit(&hype_unit_);\n"
            "}\n",
            has_long_double(unit) ? "HYPE_ABI_HERE" : "HYPE_ABI_NO_LONG_DOUBLE", unit->n_types, unit->n_entries);
    bool first = true;
    for (size_t i = 0; i < unit->n_entries; i++) {
        const char *name = unit->entries[i].name;
        if (!unit->entries[i].external)
            continue;
        fprintf(out,
                "%s"
                "extern const char hype_entry_of_%s __attribute__((visibility(\"hidden\")));\n"
                "const char hype_entry_of_%s __attribute__((used)) = 0;\n",
                first ? "\n/* By these the linker finds an entry that two units define. */\n" : "", name, name);
        first = false;
    }
}

static void emit_body(FILE *out, const struct model_unit *unit)
{
    fputs("\nstatic struct hype_unit hype_unit_;\n", out);
    for (size_t i = 0; i < unit->n_entries; i++)
        emit_frame(out, unit, &unit->entries[i]);
    bool first = true;
    for (size_t i = 0; i < unit->n_types; i++) {
        if (!unit->types[i].alias_of)
            continue;
        fprintf(out, "%stypedef __typeof__(%s) %s;\n", first ? "\n" : "", unit->types[i].alias_of,
                unit->types[i].spelling);
        first = false;
    }
    for (unsigned t = 0; t < unit->n_types; t++)
        emit_fields(out, unit, t);
    emit_types(out, unit);
    for (size_t i = 0; i < unit->n_entries; i++) {
        emit_globals(out, unit, &unit->entries[i]);
        emit_bind(out, unit, i);
        emit_invoke(out, unit, &unit->entries[i]);
    }
    emit_entries(out, unit);
    emit_registration(out, unit);
}

/* ---- Macros ---- */

static bool is_macro(const struct model_unit *unit, const char *word)
{
    if (!bsearch(&word, unit->macros, unit->n_macros, sizeof *unit->macros, model_compare_words))
        return false;
    for (size_t i = 0; i < unit->n_constants; i++) {
        if (strcmp(unit->constants[i], word) == 0)
            return false; /* meant to be expanded */
    }
    return strncmp(word, "hype_", 5) != 0 && strncmp(word, "HYPE_", 5) != 0 && strncmp(word, "__", 2) != 0 &&
           strcmp(word, "UINT64_C") != 0;
}

static void add_macro(const struct model_unit *unit, const char *word, const char ***words, size_t *n)
{
    if (!is_macro(unit, word))
        return;
    for (size_t i = 0; i < *n; i++) {
        if (strcmp((*words)[i], word) == 0)
            return;
    }
    ARENA_ADD(unit->arena, *words, *n, word);
}

/* The identifiers of generated C that are macros; comments and literals do not count. */
static void find_macros(const struct model_unit *unit, const char *text, const char ***words, size_t *n)
{
    while (*text) {
        size_t length = 0;
        while (isalnum((unsigned char)text[length]) || text[length] == '_' || text[length] == '$')
            length++;
        if (length) {
            if (!isdigit((unsigned char)*text))
                add_macro(unit, arena_copy(unit->arena, text, length), words, n);
            text += length;
        } else if (*text == '"') {
            for (text++; *text && *text != '"'; text++)
                text += *text == '\\' && text[1];
            text += *text == '"';
        } else if (strncmp(text, "/*", 2) == 0) {
            const char *end = strstr(text, "*/");
            text = end ? end + 2 : text + strlen(text);
        } else {
            text++;
        }
    }
}

/* The names that hype/generated.h declares and uses. */
static const char *const header_words[] = {"a",
                                           "abi",
                                           "alignment",
                                           "b",
                                           "bind",
                                           "bytes",
                                           "c",
                                           "context",
                                           "count",
                                           "d",
                                           "direction",
                                           "entries",
                                           "entry",
                                           "fields",
                                           "flags",
                                           "frame",
                                           "function",
                                           "invalid",
                                           "invoke",
                                           "kind",
                                           "l",
                                           "layout",
                                           "libraries",
                                           "memory",
                                           "n",
                                           "n_entries",
                                           "n_fields",
                                           "n_types",
                                           "name",
                                           "next",
                                           "offset",
                                           "owner",
                                           "prototype",
                                           "remote",
                                           "repeat",
                                           "result_offset",
                                           "result_size",
                                           "sha256",
                                           "sidecar",
                                           "signature",
                                           "size",
                                           "source",
                                           "type",
                                           "types",
                                           "unit",
                                           "value",
                                           "version",
                                           "x",
                                           "little_endian",
                                           "char_bits",
                                           "char_signed",
                                           "pointer_size",
                                           "long_size",
                                           "wchar_size",
                                           "enum_size",
                                           "bool_size",
                                           "long_double_size",
                                           "long_double_digits",
                                           "max_alignment",
                                           "double_alignment",
                                           "int64_alignment",
                                           "pack_offset",
                                           "bitfield_low_first",
                                           "reserved"};

/* Indented, since -Wtraditional asks for that before it can be ignored. */
static void ignore_warnings(FILE *out, const char *const *warnings)
{
    for (; *warnings; warnings++)
        fprintf(out, " #pragma GCC diagnostic ignored \"-W%s\"\n", *warnings);
}

/* What some users ask their compiler to warn of, and what no generated code can avoid. */
static void emit_warnings(FILE *out)
{
    static const char *const both[] = {
        "aggregate-return", "c++-compat", "deprecated-declarations", "long-long", "padded", "vla", NULL};
    static const char *const clang[] = {"unknown-warning-option", /* of an older one */
                                        "atomic-implicit-seq-cst",
                                        "c++98-compat",
                                        "cast-function-type-strict",
                                        "incompatible-function-pointer-types-strict",
                                        "pragma-pack-suspicious-include",
                                        "pre-c11-compat",
                                        NULL};
    static const char *const gcc[] = {"c90-c99-compat", "c99-c11-compat", "frame-larger-than=",     "larger-than=",
                                      "stack-usage=",   "traditional",    "traditional-conversion", NULL};
    ignore_warnings(out, both);
    fputs("#ifdef __clang__\n", out);
    ignore_warnings(out, clang);
    fputs("#else\n", out);
    ignore_warnings(out, gcc);
    fputs("#endif\n", out);
}

int emit_unit(const struct model_unit *unit, FILE *out)
{
    if (unit->n_entries == 0)
        return 0;
    char *text = NULL;
    size_t size = 0;
    FILE *body = open_memstream(&text, &size);
    if (!body)
        return -1;
    emit_body(body, unit);
    if (fclose(body)) {
        free(text);
        return -1;
    }

    const char **macros = NULL;
    size_t n_macros = 0;
    for (size_t i = 0; i < sizeof header_words / sizeof header_words[0]; i++)
        add_macro(unit, header_words[i], &macros, &n_macros);
    find_macros(unit, text, &macros, &n_macros);
    if (n_macros)
        qsort(macros, n_macros, sizeof *macros, model_compare_words);
    for (size_t i = 0; i < n_macros; i++)
        fprintf(out, "#undef %s\n", macros[i]);
    emit_warnings(out);
    fputs("#include <hype/generated.h>\n", out);
    fwrite(text, 1, size, out);
    free(text);
    return 0;
}
