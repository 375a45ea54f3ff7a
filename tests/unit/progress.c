/* progress.c: what is said of how far a map is. */
#include "testing.h"

#include "progress.h"

#include <hype/hype.h>
#include <string.h>

static char said[256];

static void keep(hype_level level, const char *subject, const char *text, void *context)
{
    (void)level, (void)context;
    assert_string_equal(subject, "Map");
    strncpy(said, text, sizeof said - 1);
}

static void items_are_counted(void **state)
{
    (void)state;
    struct progress progress;
    hype_set_log(HYPE_LOG_INFO, keep, NULL);
    progress_start_items(&progress, "Map");
    progress.terminal = false;
    progress_item(&progress, false, 10);
    assert_string_equal(said, ""); /* what is over at once is not worth it */
    progress.started -= 100000;
    progress_item(&progress, true, 1000);
    assert_non_null(strstr(said, "2 of 1000, 1 failed, "));
    assert_non_null(strstr(said, "/s, "));
    assert_non_null(strstr(said, " left"));
    progress_end(&progress);
    hype_set_log(HYPE_LOG_INFO, NULL, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(items_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
