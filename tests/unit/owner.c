/*
 * owner.c: programs that made something are told from programs that have ended.
 */
#include "owner.h"
#include "testing.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_running_program_is_not_gone(void **state)
{
    (void)state;
    assert_false(owner_is_gone(owner_self()));
    assert_int_equal(strspn(owner_self(), "0123456789abcdefghijklmnopqrstuvwxyz."), strlen(owner_self()));
}

static void a_child_is_an_owner_of_its_own_and_gone_when_it_has_ended(void **state)
{
    (void)state;
    char child[OWNER_SIZE] = "";
    int ends[2], go[2];
    assert_int_equal(pipe(ends) | pipe(go), 0);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(go[1]);
        bool sent = write(ends[1], owner_self(), strlen(owner_self())) > 0;
        _exit(sent && read(go[0], &byte, 1) == 0 ? 0 : 1);
    }
    assert_true(read(ends[0], child, sizeof child - 1) > 0);
    assert_string_not_equal(child, owner_self());
    assert_false(owner_is_gone(child));
    close(go[1]);
    assert_int_equal(waitid(P_PID, (id_t)pid, &(siginfo_t){0}, WEXITED | WNOWAIT), 0);
    assert_true(owner_is_gone(child)); /* though nobody has reaped it */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_true(owner_is_gone(child));
    close(go[0]), close(ends[0]), close(ends[1]);
}

static void a_later_process_with_the_pid_is_another(void **state)
{
    (void)state;
    char later[OWNER_SIZE];
    strcpy(later, owner_self());
    strcpy(strrchr(later, '.'), ".1");
    assert_true(owner_is_gone(later));
}

/* Nor is it where /proc cannot be asked. */
static void who_cannot_be_looked_at_is_not_gone(void **state)
{
    (void)state;
    struct rlimit before, none;
    char ended[OWNER_SIZE];
    snprintf(ended, sizeof ended, "%.17s999999999.7", owner_self()); /* a PID that no kernel gives */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    bool self = owner_is_gone(owner_self()), other = owner_is_gone(ended);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_false(self);
    assert_true(other);
}

static void nothing_is_known_of_others(void **state)
{
    (void)state;
    static const char *const others[] = {"", ".", "0123456789abcdef.1.1", "somebody", "0123456789abcdef"};
    char odd[OWNER_SIZE];
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(owner_is_gone(others[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_int_equal(owner_is_elsewhere(others[i]), i == 2);
    assert_false(owner_is_elsewhere(owner_self()));
    snprintf(odd, sizeof odd, "%.17s", owner_self()); /* no PID */
    assert_false(owner_is_gone(odd));
    strcat(odd, "-5.7");
    assert_false(owner_is_gone(odd));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_running_program_is_not_gone),
        cmocka_unit_test(a_child_is_an_owner_of_its_own_and_gone_when_it_has_ended),
        cmocka_unit_test(a_later_process_with_the_pid_is_another),
        cmocka_unit_test(who_cannot_be_looked_at_is_not_gone),
        cmocka_unit_test(nothing_is_known_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
