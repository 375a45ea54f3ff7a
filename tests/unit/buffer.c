/* buffer.c: memory files that are kept are not shared with a child of fork(). */
#include "testing.h"

#include "buffer.h"

#include <string.h>
#include <sys/wait.h>

static void open_filled(struct buffer *buffer, char byte)
{
    assert_int_equal(buffer_open_large(buffer, BUFFER_LARGE, NULL), 0);
    memset(buffer->data, byte, BUFFER_LARGE);
    buffer->size = BUFFER_LARGE;
}

/* A child that waits for the end of the pipe; then, if BEFORE is what it was, opens a file of its own and writes there.
 */
static pid_t start_child(const int go[2], struct buffer *before, char expected)
{
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        struct buffer own;
        close(go[1]);
        if (read(go[0], &byte, 1) != 0 || (before && before->data[0] != expected))
            _exit(1);
        if (before)
            buffer_free(before);
        open_filled(&own, 'c');
        _exit(0);
    }
    return pid;
}

static void check_after_child(int go[2], pid_t pid, struct buffer *parents)
{
    int status;
    close(go[1]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(parents->data[0], 'p');
    close(go[0]);
    buffer_free(parents);
}

static void a_kept_file_stays_with_the_parent(void **state)
{
    (void)state;
    struct buffer buffer;
    int go[2];
    assert_int_equal(pipe(go), 0);
    open_filled(&buffer, 'k');
    buffer_free(&buffer);
    pid_t pid = start_child(go, NULL, 0);
    open_filled(&buffer, 'p');
    check_after_child(go, pid, &buffer);
}

static void a_file_in_use_is_kept_by_neither(void **state)
{
    (void)state;
    struct buffer both, buffer;
    int go[2];
    assert_int_equal(pipe(go), 0);
    open_filled(&both, 'b');
    pid_t pid = start_child(go, &both, 'b');
    buffer_free(&both);
    open_filled(&buffer, 'p');
    check_after_child(go, pid, &buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_file_stays_with_the_parent),
        cmocka_unit_test(a_file_in_use_is_kept_by_neither),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
