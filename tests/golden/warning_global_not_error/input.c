#include <hype/hype.h>
#include <errno.h>
#include <stdio.h>

static int counter;
int visible;
extern int elsewhere;
static const int constant = 1;
static const char *const names[] = {"a", "b"};
static const char *mutable_pointer = "c";
_Thread_local int of_thread;

static int deepest(void)
{
    static int calls;
    return ++calls + visible;
}

static int helper(int (*f)(void))
{
    return f ? f() : visible;
}

HYPE_FN int f(void);
HYPE_FN int g(int visible_only_here);

int f(void)
{
    fprintf(stderr, "%d", errno);
    counter++;
    return counter + helper(deepest) + constant + (names[0] == mutable_pointer);
}

int g(int visible_only_here)
{
    return counter + elsewhere + visible_only_here + of_thread;
}

int not_an_entry(void);
int not_an_entry(void)
{
    static int unrelated;
    return unrelated++;
}
