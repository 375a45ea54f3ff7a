/* yaml.c: YAML has the meaning that Kubernetes' own reader gives it, and what it cannot mean is refused where it
 * stands. */
#include "testing.h"

#include "util.h"
#include "yaml_file.h"

#include <stdio.h>
#include <string.h>

static void means(const char *text, const char *json)
{
    cleanup_yaml struct yaml yaml = {0};
    hype_error *error = NULL;
    if (yaml_parse("file", text, strlen(text), &yaml, &error) < 0)
        fail_msg("'%s' is refused: %s", text, error->message);
    json_t *wanted = json_loads(json, JSON_DECODE_ANY, NULL);
    assert_non_null(wanted);
    if (!json_equal(wanted, yaml.root)) {
        char *got = json_dumps(yaml.root, JSON_ENCODE_ANY);
        fail_msg("'%s' is read as %s and not as %s", text, got, json);
    }
    json_decref(wanted);
}

static void is_refused(const char *text, const char *reason)
{
    cleanup_yaml struct yaml yaml = {0};
    hype_error *error = NULL;
    assert_int_equal(yaml_parse("file", text, strlen(text), &yaml, &error), -HYPE_INVALID);
    assert_non_null(error);
    if (!strstr(error->message, reason))
        fail_msg("'%s' does not say '%s'", error->message, reason);
    error_free(error);
}

static void resolves_plain_scalars_as_go_yaml_does(void **state)
{
    (void)state;
    means("[null, Null, NULL, ~, ]", "[null, null, null, null]");
    means("a:", "{\"a\": null}");
    means("[y, Yes, on, TRUE, n, No, OFF, false]", "[true, true, true, true, false, false, false, false]");
    means("[tRUE, yEs, nO, oN]", "[\"tRUE\", \"yEs\", \"nO\", \"oN\"]");
    means("[0, 12, -3, +4, 0x1F, 0o17, 0b101, -0b11, 0644, 1_000]", "[0, 12, -3, 4, 31, 15, 5, -3, 420, 1000]");
    means("[9223372036854775807, -9223372036854775808]", "[9223372036854775807, -9223372036854775808]");
    means("[1.5, .5, -1., 1e3, 1E-2, 08, 1e999]", "[1.5, 0.5, -1, 1000, 0.01, 8, \"1e999\"]");
    means("[1.2.3, 2001-12-14, 12:30, 1Gi, 750m, -, --, 0x, 0xg, 1e, +, .]",
          "[\"1.2.3\", \"2001-12-14\", \"12:30\", \"1Gi\", \"750m\", \"-\", \"--\", \"0x\", \"0xg\", \"1e\", \"+\", "
          "\".\"]");
    means("['yes', \"12\", '~', \"\"]", "[\"yes\", \"12\", \"~\", \"\"]");
}

static void honours_tags(void **state)
{
    (void)state;
    means("[!!str 12, !!int \"12\", !!float 1, !!bool \"yes\", !!null '', ! 12]",
          "[\"12\", 12, 1, true, null, \"12\"]");
    means("!!map {a: !!seq [1]}", "{\"a\": [1]}");
    means("!!binary aGk=", "\"hi\"");
    is_refused("a: !!int x", "file:1:4: 'x' does not fit its tag");
    is_refused("a: !!binary '?'", "file:1:4: this is not the base64 of text");
    is_refused("a: !!set {}", "file:1:4: the tag tag:yaml.org,2002:set is not supported");
    is_refused("a: !mine b", "the tag !mine is not supported");
    is_refused("a: !mine {}", "the tag !mine is not supported");
}

static void keeps_text_blocks(void **state)
{
    (void)state;
    means("a: |\n  one\n   two\nb: >-\n  three\n  four\n", "{\"a\": \"one\\n two\\n\", \"b\": \"three four\"}");
}

static void makes_keys_strings(void **state)
{
    (void)state;
    means("{1: a, yes: b, 1.5: c, 0x10: d}", "{\"1\": \"a\", \"true\": \"b\", \"1.5\": \"c\", \"16\": \"d\"}");
    is_refused("? [a]\n: b", "file:1:3: a key must be a string");
    is_refused("~: b", "file:1:1: a key must be a string");
}

static void copies_what_aliases_name(void **state)
{
    (void)state;
    means("a: &x {b: [1, 2]}\nc: *x\nd: [*x]",
          "{\"a\": {\"b\": [1, 2]}, \"c\": {\"b\": [1, 2]}, \"d\": [{\"b\": [1, 2]}]}");
    means("&k a: 1\nb: *k", "{\"a\": 1, \"b\": \"a\"}");
    means("a: &x 1\nb: &x 2\nc: *x", "{\"a\": 1, \"b\": 2, \"c\": 2}");
    is_refused("a: *x", "file:1:4: the alias *x has no anchor before it");
    is_refused("a: &x [*x]", "file:1:8: the alias *x has no anchor");
    is_refused("a: &x 1\nb: &x [*x]", "file:2:8: the alias *x has no anchor");
}

static void merges(void **state)
{
    (void)state;
    means("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", "{\"a\": {\"b\": 1, \"c\": 2}, \"d\": {\"b\": 1, \"c\": 3}}");
    means("d: {c: 3, <<: {b: 1, c: 2}}", "{\"d\": {\"b\": 1, \"c\": 3}}");
    means("{<<: [{a: 1}, {a: 2, b: 2}], c: 3}", "{\"a\": 1, \"b\": 2, \"c\": 3}");
    means("{'<<': {a: 1}}", "{\"<<\": {\"a\": 1}}");
    is_refused("{<<: 5}", "file:1:6: '<<' takes a mapping or a list of mappings");
    is_refused("{<<: [1]}", "'<<' takes a mapping or a list of mappings");
}

static void bounds_what_aliases_multiply_into(void **state)
{
    (void)state;
    char text[2048] = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; i++) {
        char line[128];
        snprintf(line, sizeof line, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i - 1, i - 1,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
        strcat(text, line);
    }
    is_refused(text, "aliases multiply into more than");
}

static void bounds_nesting(void **state)
{
    (void)state;
    char text[512] = "";
    for (int i = 0; i < YAML_MOST_DEPTH; i++)
        strcat(text, "[");
    for (int i = 0; i < YAML_MOST_DEPTH; i++)
        strcat(text, "]");
    means(text, text);
    char deeper[520];
    snprintf(deeper, sizeof deeper, "[%s]", text);
    is_refused(deeper, "values nest more than");
    char aliased[512];
    int half = YAML_MOST_DEPTH / 2;
    snprintf(aliased, sizeof aliased, "[&x %.*s, %.*s*x%.*s]", 2 * half, text + half, half, text, half,
             text + 2 * half);
    is_refused(aliased, "aliases nest more than");
}

static void reads_json(void **state)
{
    (void)state;
    means("{\"a\": [1, 1.5, true, null, \"x\\/\\u00e9\"]}", "{\"a\": [1, 1.5, true, null, \"x/\xc3\xa9\"]}");
    means("{\n\t\"a\": \"\\ud83d\\ude00\"\n}", "{\"a\": \"\xf0\x9f\x98\x80\"}");
    is_refused("{\"a\": 1, \"a\": 2}", "file:1:10: the key 'a' stands twice");
}

static void refuses_what_has_no_meaning(void **state)
{
    (void)state;
    is_refused("a: 1\nb: 2\na: 3", "file:3:1: the key 'a' stands twice");
    is_refused("a: 1\n---\nb: 2", "file:2:1: another document begins here");
    is_refused("a: .inf", "file:1:4: JSON has no number .inf");
    is_refused("a: .NaN", "JSON has no number .NaN");
    is_refused("a: [1", "file:2:1: while parsing a flow sequence");
    is_refused("a: b: c", "file:1:5: mapping values are not allowed in this context");
    is_refused("a: \"\\0\"", "a NUL character cannot stand in a value");
    is_refused("a: \x01", "file:1:4: control characters are not allowed");
    is_refused("a: \xff", "invalid leading UTF-8 octet");
}

static void reads_an_empty_file_as_null(void **state)
{
    (void)state;
    means("", "null");
    means("# nothing\n", "null");
    means("---\n", "null");
}

static void tells_where_a_value_stands(void **state)
{
    (void)state;
    static const char text[] = "spec:\n  containers:\n  - name: a\n    image: 5\n  - {name: b, 'x/y': ~}\n";
    static const struct {
        const char *pointer, *place;
    } cases[] = {
        {"", "pod.yaml:1:1: wrong"},
        {"/spec/containers/0/image", "pod.yaml:4:12: wrong"},
        {"/spec/containers/1", "pod.yaml:5:5: wrong"},
        {"/spec/containers/1/x~1y", "pod.yaml:5:22: wrong"},
        {"/spec/containers/1/env/0", "pod.yaml:5:5: wrong"},
        {"/spec/contain", "pod.yaml:2:3: wrong"},
        {"/metadata/name", "pod.yaml:1:1: wrong"},
    };
    cleanup_yaml struct yaml yaml = {0};
    assert_int_equal(yaml_parse("pod.yaml", text, strlen(text), &yaml, NULL), 0);
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        hype_error *error = NULL;
        assert_int_equal(yaml_refuse(&yaml, cases[i].pointer, &error, "wrong"), -HYPE_INVALID);
        assert_string_equal(error->message, cases[i].place);
        error_free(error);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolves_plain_scalars_as_go_yaml_does),
        cmocka_unit_test(honours_tags),
        cmocka_unit_test(keeps_text_blocks),
        cmocka_unit_test(makes_keys_strings),
        cmocka_unit_test(copies_what_aliases_name),
        cmocka_unit_test(merges),
        cmocka_unit_test(bounds_what_aliases_multiply_into),
        cmocka_unit_test(bounds_nesting),
        cmocka_unit_test(reads_json),
        cmocka_unit_test(refuses_what_has_no_meaning),
        cmocka_unit_test(reads_an_empty_file_as_null),
        cmocka_unit_test(tells_where_a_value_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
