/* perror.c: the text of hype_perror(), to the letter. */
#include "testing.h"

#include "error.h"
#include "util.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* What hype_perror("main") writes to FD, which has been made stderr. */
static void print_into(int fd)
{
    fflush(stderr);
    int kept = dup(STDERR_FILENO);
    dup2(fd, STDERR_FILENO);
    hype_perror("main");
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
}

static void expect(const char *wanted)
{
    char got[4096];
    int fd = memfd_create("stderr", MFD_CLOEXEC);
    print_into(fd);
    ssize_t n = pread(fd, got, sizeof got - 1, 0);
    close(fd);
    assert_true(n >= 0);
    got[n] = 0;
    assert_string_equal(got, wanted);
}

static hype_error *crashed(void)
{
    hype_error *error = NULL, *cause = NULL, *first = NULL;
    error_set(&error, HYPE_CRASHED, "blur() crashed there with SIGSEGV (Segmentation fault) at address 0x10");
    error->signal = SIGSEGV;
    error_set_backtrace(error, "#0 pixel at /src/blur.c:12 (inlined)\n#1 blur at /src/blur.c:30\n");
    error_set_output(error, "reading in.png\nno such line");
    error_set(&cause, HYPE_FAILED, "no tile at 3,4");
    cause->code = 7;
    cause->error_number = 2;
    error_set_backtrace(cause, "#0 tile at /src/tile.c:5\n");
    error_set(&first, HYPE_EXITED, "load() did not return: it ended its process with exit status 3");
    first->exit_status = 3;
    error_set_output(first, "load: bad header\n");
    error_set_cause(cause, first);
    error_set_cause(error, cause);
    return error;
}

static void all_of_an_error(void **state)
{
    (void)state;
    error_publish(crashed());
    expect(
        "main: blur() crashed there with SIGSEGV (Segmentation fault) at address 0x10 [HYPE_CRASHED, signal 11]\n"
        "  #0 pixel at /src/blur.c:12 (inlined)\n"
        "  #1 blur at /src/blur.c:30\n"
        "  last lines of its stderr:\n"
        "  | reading in.png\n"
        "  | no such line\n"
        "  caused by: no tile at 3,4 [HYPE_FAILED, code 7, errno 2: No such file or directory]\n"
        "    #0 tile at /src/tile.c:5\n"
        "    caused by: load() did not return: it ended its process with exit status 3 [HYPE_EXITED, exit status 3]\n"
        "      last lines of its stderr:\n"
        "      | load: bad header\n");
}

static void no_more_than_there_is(void **state)
{
    (void)state;
    hype_error *error = NULL;
    error_set(&error, HYPE_INVALID, "'nowhere:' is no submitter");
    error_publish(error);
    expect("main: 'nowhere:' is no submitter [HYPE_INVALID]\n");
    error_publish(NULL);
    expect("main: no error\n");
}

static void print_on_terminal(char *text, size_t size)
{
    int primary, secondary;
    hype_error *error = NULL;
    error_set(&error, HYPE_FAILED, "no luck");
    error_set_backtrace(error, "#0 f at f.c:1\n");
    error_publish(error);
    assert_int_equal(openpty(&primary, &secondary, NULL, NULL, NULL), 0);
    print_into(secondary);
    close(secondary); /* what has been written is still to be read, and then ends */
    size_t length = 0;
    for (ssize_t n; (n = read(primary, text + length, size - 1 - length)) > 0;)
        length += (size_t)n;
    text[length] = 0;
    close(primary);
}

static void colours_on_a_terminal(void **state)
{
    (void)state;
    char text[512];
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    print_on_terminal(text, sizeof text);
    assert_string_equal(text, "main: \033[1;31mno luck\033[0m [HYPE_FAILED]\r\n\033[2m  #0 f at f.c:1\r\n\033[0m");
    setenv("NO_COLOR", "1", 1);
    print_on_terminal(text, sizeof text);
    assert_string_equal(text, "main: no luck [HYPE_FAILED]\r\n  #0 f at f.c:1\r\n");
    unsetenv("NO_COLOR");
}

static void failing_with_nobody_to_take_it_aborts(void **state)
{
    (void)state;
    char got[256];
    error_publish(NULL);
    int wait_status, fd = memfd_create("stderr", MFD_CLOEXEC);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fd, STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        errno = 0;
        hype_fail(4, "%s\n", "not today");
    }
    assert_int_equal(waitpid(pid, &wait_status, 0), pid);
    assert_true(WIFSIGNALED(wait_status) && WTERMSIG(wait_status) == SIGABRT);
    ssize_t n = pread(fd, got, sizeof got - 1, 0);
    got[n > 0 ? n : 0] = 0;
    assert_string_equal(got, "hype_fail: not today [HYPE_FAILED, code 4]\n");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_an_error),
        cmocka_unit_test(no_more_than_there_is),
        cmocka_unit_test(colours_on_a_terminal),
        cmocka_unit_test(failing_with_nobody_to_take_it_aborts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
