/* crash.c: signal handlers that leave a backtrace in the slot, on a stack of their own. */
#include "runner.h"

#include <errno.h>
#include <execinfo.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { HANDLER_STACK = 64 * 1024, HANDLER_FRAMES = 8 /* of the handler itself, at most */ };

static struct serve_slot *crash_slot;
static char *handler_stack;

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};

static uint64_t interrupted_at(const void *context)
{
    const ucontext_t *u = context;
#if defined(__x86_64__)
    return (uint64_t)u->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return u->uc_mcontext.pc;
#else
    (void)u;
    return 0;
#endif
}

static void on_fatal_signal(int number, siginfo_t *info, void *context)
{
    void *frames[SERVE_FRAMES + HANDLER_FRAMES];
    int n = backtrace(frames, SERVE_FRAMES + HANDLER_FRAMES), first = 0;
    uint64_t where = interrupted_at(context);
    while (first < n && (uint64_t)(uintptr_t)frames[first] != where)
        first++;
    uint32_t kept = 0;
    crash_slot->frames[kept++] = where;
    for (int i = first + 1; i < n && kept < SERVE_FRAMES; i++)
        crash_slot->frames[kept++] = (uint64_t)(uintptr_t)frames[i];
    crash_slot->n_frames = kept;
    crash_slot->fault_address = (uint64_t)(uintptr_t)info->si_addr;
    signal(number, SIG_DFL);
    raise(number); /* delivered when the handler returns: the process ends as it would have */
}

int crash_prepare(void)
{
    void *frames[2];
    handler_stack = mmap(NULL, HANDLER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    backtrace(frames, 2); /* loads the unwinder */
    return handler_stack == MAP_FAILED ? -1 : 0;
}

void crash_watch(struct serve_slot *slot)
{
    stack_t stack = {.ss_sp = handler_stack, .ss_size = HANDLER_STACK};
    struct sigaction action = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    crash_slot = slot;
    sigaltstack(&stack, NULL);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, NULL);
}
