/* crash.c: handlers of signals, on a stack of their own, and of exit(), that leave a backtrace in the slot. */
#include "runner.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unwind.h>

enum { HANDLER_STACK = 64 * 1024, HANDLER_FRAMES = 8 /* of the handler itself, at most */ };

static struct serve_slot nowhere, *crash_slot = &nowhere; /* NOWHERE in a process that runs no call */

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

/* ---- Where the process is ---- */

struct walk {
    void **frames;
    int n, most;
};

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *context, void *argument)
{
    struct walk *walk = argument;
    if (walk->n == walk->most)
        return _URC_END_OF_STACK;
    walk->frames[walk->n++] = (void *)(uintptr_t)_Unwind_GetIP(context);
    return _URC_NO_REASON;
}

/* The C library's backtrace() would load libgcc_s.so, which many images do not have and every fork would copy. */
int crash_backtrace(void **frames, int most)
{
    struct walk walk = {frames, 0, most};
    _Unwind_Backtrace(walk_frame, &walk);
    return walk.n;
}

/* ---- Signals and exit() ---- */

/* The frames from number FIRST on, behind those that are kept. */
static void keep_frames(void *const *frames, int first, int n, uint32_t kept)
{
    for (int i = first; i < n && kept < SERVE_FRAMES; i++)
        crash_slot->frames[kept++] = (uint64_t)(uintptr_t)frames[i];
    crash_slot->n_frames = kept;
}

static void on_fatal_signal(int number, siginfo_t *info, void *context)
{
    void *frames[SERVE_FRAMES + HANDLER_FRAMES];
    int error_number = errno;
    int n = crash_backtrace(frames, SERVE_FRAMES + HANDLER_FRAMES), first = 0;
    uint64_t where = interrupted_at(context);
    while (first < n && (uint64_t)(uintptr_t)frames[first] != where)
        first++;
    crash_slot->frames[0] = where;
    keep_frames(frames, first + 1, n, 1);
    crash_slot->error_number = error_number;
    crash_slot->fault_address = (uint64_t)(uintptr_t)info->si_addr;
    signal(number, SIG_DFL);
    raise(number); /* delivered when the handler returns: the process ends as it would have */
}

/* The call's own end is by _exit(): whoever comes here has called exit(). Its frames begin with the C library's. */
static void on_exit_called(void)
{
    void *frames[SERVE_FRAMES + HANDLER_FRAMES];
    Dl_info info;
    crash_slot->error_number = errno;
    int n = crash_backtrace(frames, SERVE_FRAMES + HANDLER_FRAMES), first = 0;
    for (int i = 0; i < n && i < HANDLER_FRAMES; i++)
        if (frames[i] && dladdr((char *)frames[i] - 1, &info) && info.dli_sname && strcmp(info.dli_sname, "exit") == 0)
            first = i + 1;
    keep_frames(frames, first, n, 0);
}

int crash_prepare(void)
{
    void *stack = mmap(NULL, HANDLER_STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sigaction action = {.sa_sigaction = on_fatal_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    if (stack == MAP_FAILED)
        return -1;
    sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = HANDLER_STACK}, NULL);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < ARRAY_SIZE(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, NULL);
    return atexit(on_exit_called) == 0 ? 0 : -1;
}

void crash_watch(struct serve_slot *slot)
{
    crash_slot = slot;
}
