/* futures.c: calls in flight are waited for, cancelled and collected, from one thread and from several. */
#include "check.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

HYPE_FN int add(int a, int b)
{
    return a + b;
}
HYPE_FN int crash(void)
{
    abort();
}
/* Runs until somebody writes to GO, having said so by opening HERE. Whoever reads HERE sees its end. */
HYPE_FN int wait_for(const char *here, const char *go)
{
    char byte;
    int said = open(here, O_WRONLY), told = open(go, O_RDONLY);
    return said >= 0 && told >= 0 && read(told, &byte, 1) == 1 ? byte : -1;
}

/* The first time. */
HYPE_FN int crash_once(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0)
        abort();
    return 1;
}

static char folder[] = "/tmp/hype-futures-XXXXXX";
static char here[64], go[64];

static hype_future *start_add(int a, int b)
{
    return hype_start(NULL, hype_default_env, hype_bind(add, a, b));
}

/* A call that runs by the time this returns, until release(); *HERE_FD reads its end. */
static hype_future *start_waiting(int *here_fd)
{
    hype_future *future = hype_start(NULL, hype_default_env, hype_bind(wait_for, here, go));
    *here_fd = open(here, O_RDONLY);
    CHECK(*here_fd >= 0);
    return future;
}

static void release(int here_fd)
{
    int fd = open(go, O_WRONLY);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1);
    close(fd);
    close(here_fd);
}

static void any_and_all(void)
{
    int fd, result;
    hype_future *futures[] = {NULL, start_waiting(&fd), start_add(1, 2)};
    CHECK(hype_wait_any(futures, 3, HYPE_FOREVER) == 2);
    CHECK(hype_done(futures[2]) && !hype_done(futures[1]));
    CHECK(hype_wait_all(futures, 3, 0) == -HYPE_TIMEOUT);
    CHECK(hype_await(futures[2], &result) == 0 && result == 3);
    futures[2] = NULL;
    CHECK(hype_wait_any(futures, 3, 0.01) == -HYPE_TIMEOUT && hype_last_error()->status == -HYPE_TIMEOUT);
    release(fd);
    CHECK(hype_wait_all(futures, 3, HYPE_FOREVER) == 0);
    CHECK(hype_wait_any(futures, 3, 0) == 1);
    CHECK(hype_await(futures[1], &result) == 0 && result == 'x');
    futures[1] = NULL;
    CHECK(hype_wait_any(futures, 3, 0) == -HYPE_INVALID && hype_wait_all(futures, 3, 0) == 0);
}

static void cancelling(void)
{
    int fd, result = 7;
    char byte;
    hype_future *future = start_waiting(&fd);
    CHECK(hype_cancel(future) && hype_cancel(future));
    CHECK(hype_await(future, &result) == -HYPE_CANCELLED && result == 7);
    CHECK(strstr(hype_last_error()->message, "wait_for"));
    CHECK(read(fd, &byte, 1) == 0); /* it has ended there */
    close(fd);
    future = start_add(1, 1);
    CHECK(hype_wait_all(&future, 1, HYPE_FOREVER) == 0);
    CHECK(!hype_cancel(future) && hype_await(future, &result) == 0 && result == 2);
}

/* One worker: what waits for its turn is cancelled without having run. */
static void cancelling_what_waits(void)
{
    enum { N = 100 };
    hype_submitter *one = hype_submitter_open("process:?workers=1");
    hype_future *futures[N];
    hype_future *first = hype_start(one, hype_default_env, hype_bind(wait_for, here, go));
    int fd = open(here, O_RDONLY);
    for (int i = 0; i < N; i++)
        futures[i] = hype_start(one, hype_default_env, hype_bind(add, i, i));
    for (int i = N - 1; i >= 0; i--)
        CHECK(hype_cancel(futures[i]));
    for (int i = 0; i < N; i++)
        CHECK(hype_await(futures[i], NULL) == -HYPE_CANCELLED);
    for (int i = 0; i < N; i++)
        futures[i] = hype_start(one, hype_default_env, hype_bind(add, i, i));
    hype_submitter_close(one);
    close(fd);
    CHECK(hype_await(first, NULL) == -HYPE_CANCELLED);
    for (int i = 0; i < N; i++)
        CHECK(hype_await(futures[i], NULL) == -HYPE_CANCELLED);
}

struct pair {
    hype_submitter *submitter;
    hype_future *futures[2];
    sem_t semaphore;
};

/* On the thread that starts them: they have begun, but no more, when the first is cancelled. */
static void start_two_and_cancel_one(hype_future *future, void *context)
{
    struct pair *pair = context;
    for (int i = 0; i < 2; i++)
        pair->futures[i] = hype_start(pair->submitter, hype_default_env, hype_bind(add, i, i));
    CHECK(hype_cancel(pair->futures[0]));
    sem_post(&pair->semaphore);
    (void)future;
}

/* The first call of a submitter starts what the others need too. */
static void cancelling_the_first(void)
{
    int result;
    struct pair pair = {.submitter = hype_submitter_open("process:?workers=2")};
    hype_future *future = start_add(0, 0);
    sem_init(&pair.semaphore, 0, 0);
    CHECK(hype_on_done(future, start_two_and_cancel_one, &pair) == 0);
    sem_wait(&pair.semaphore);
    CHECK(hype_await(future, NULL) == 0);
    CHECK(hype_await(pair.futures[0], NULL) == -HYPE_CANCELLED);
    CHECK(hype_await(pair.futures[1], &result) == 0 && result == 2);
    hype_submitter_close(pair.submitter);
    sem_destroy(&pair.semaphore);
}

static void retries(void)
{
    char path[96];
    int result = 0;
    snprintf(path, sizeof path, "%s/crashed", folder);
    hype_env env = hype_with_retry(hype_default_env, (hype_retry){.attempts = 2, .backoff = 0.01});
    CHECK(hype_submit(NULL, env, hype_bind(crash_once, path), &result) == -HYPE_CRASHED);
    unlink(path);
    env.retry.on = HYPE_RETRY_CRASHES;
    CHECK(hype_submit(NULL, env, hype_bind(crash_once, path), &result) == 0 && result == 1);
    unlink(path);
}

struct called {
    sem_t semaphore;
    pthread_t thread;
    bool await;
    int result;
};

static void on_done(hype_future *future, void *context)
{
    struct called *called = context;
    called->thread = pthread_self();
    CHECK(hype_done(future));
    if (called->await)
        CHECK(hype_await(future, &called->result) == 0);
    sem_post(&called->semaphore);
}

static void wrongly_waits(hype_future *future, void *context)
{
    hype_future **other = context;
    CHECK(hype_await(*other, NULL) == -HYPE_INVALID && strstr(hype_last_error()->message, "hype_on_done"));
    (void)future;
}

static void callbacks(void)
{
    struct called called = {.await = true};
    int result, fd;
    sem_init(&called.semaphore, 0, 0);
    hype_future *future = start_waiting(&fd);
    CHECK(hype_on_done(future, on_done, &called) == 0 && hype_on_done(future, on_done, &called) == -HYPE_INVALID);
    release(fd);
    sem_wait(&called.semaphore);
    CHECK(called.result == 'x' && !pthread_equal(called.thread, pthread_self()));

    called.await = false;
    future = start_add(2, 2);
    CHECK(hype_wait_all(&future, 1, HYPE_FOREVER) == 0);
    CHECK(hype_on_done(future, on_done, &called) == 0); /* it is done already */
    CHECK(hype_await(future, &result) == 0 && result == 4);
    CHECK(sem_trywait(&called.semaphore) == 0); /* it was called before hype_await() returned */

    hype_future *other = start_waiting(&fd);
    future = start_add(2, 2);
    CHECK(hype_on_done(future, wrongly_waits, &other) == 0);
    CHECK(hype_await(future, NULL) == 0);
    release(fd);
    CHECK(hype_await(other, NULL) == 0);
    sem_destroy(&called.semaphore);
}

static bool readable(int fd)
{
    return poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, 0) == 1;
}

static void groups(void)
{
    enum { N = 50 };
    int fd, result, sum = 0;
    hype_group *group = hype_group_open();
    hype_future *future, *slow = start_waiting(&fd), *apart = start_add(0, 0);
    int descriptor = hype_group_fd(group);
    CHECK(descriptor >= 0 && hype_group_fd(group) == descriptor && !readable(descriptor));
    CHECK(hype_group_next(group, HYPE_FOREVER, &future) == 0 && !future);
    hype_group_add(group, slow);
    hype_group_add(group, apart);
    for (int i = 0; i < N; i++)
        hype_group_add(group, start_add(i, 0));
    CHECK(hype_await(apart, &result) == 0); /* which takes it from the group */
    for (int i = 0; i < N; i++) {
        CHECK(poll(&(struct pollfd){.fd = descriptor, .events = POLLIN}, 1, -1) == 1);
        CHECK(hype_group_next(group, 0, &future) == 0 && future && future != slow);
        CHECK(hype_await(future, &result) == 0);
        sum += result;
    }
    CHECK(sum == N * (N - 1) / 2 && !readable(descriptor));
    CHECK(hype_group_next(group, 0.01, &future) == -HYPE_TIMEOUT && !future);
    release(fd);
    CHECK(hype_group_next(group, HYPE_FOREVER, &future) == 0 && future == slow);
    CHECK(hype_await(slow, &result) == 0 && result == 'x');
    future = start_add(1, 1);
    hype_group_add(group, future);
    hype_group_close(group);
    CHECK(hype_await(future, &result) == 0 && result == 2);
}

/* With few descriptors to be had. */
static void thousands(int n)
{
    struct rlimit limit, few;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0);
    few = (struct rlimit){128, limit.rlim_max};
    CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    hype_future **futures = calloc((size_t)n, sizeof(hype_future *));
    for (int i = 0; i < n; i++)
        futures[i] = start_add(i, 1);
    CHECK(hype_wait_all(futures, (size_t)n, HYPE_FOREVER) == 0);
    for (int i = 0; i < n; i++) {
        int result;
        if (hype_await(futures[i], &result) < 0)
            hype_perror("add");
        CHECK(result == i + 1);
    }
    free(futures);
    CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
}

static void *client(void *context)
{
    enum { N = 60 };
    int *sum = context, result;
    hype_group *group = hype_group_open();
    hype_future *futures[N], *ended;
    for (int i = 0; i < N; i++) {
        futures[i] = i % 20 == 19 ? hype_start(NULL, hype_default_env, hype_bind(crash)) : start_add(i, 0);
        hype_group_add(group, futures[i]);
        if (i % 3 == 1)
            hype_cancel(futures[i - 1]);
    }
    while (hype_group_next(group, HYPE_FOREVER, &ended) == 0 && ended) {
        int status = hype_await(ended, &result);
        CHECK(status == 0 || status == -HYPE_CANCELLED || status == -HYPE_CRASHED);
        *sum += status == 0;
    }
    hype_group_close(group);
    return NULL;
}

static void several_threads(void)
{
    enum { N = 4 };
    pthread_t threads[N];
    int sums[N] = {0};
    for (int i = 0; i < N; i++)
        CHECK(pthread_create(&threads[i], NULL, client, &sums[i]) == 0);
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        CHECK(sums[i] >= 60 - 20 - 3);
    }
}

static bool asking;

/* Looking through so many takes so long that the library's lock is held nearly all the time. */
static void *ask_and_ask(void *unused)
{
    enum { N = 100000 };
    static hype_future *none[N];
    while (__atomic_load_n(&asking, __ATOMIC_RELAXED))
        CHECK(hype_wait_any(none, N, 0) == -HYPE_INVALID);
    return unused;
}

/* A child of fork() has the locks that other threads held just then to itself. */
static void forked_while_others_ask(void)
{
    int fd, result;
    hype_future *future = start_waiting(&fd);
    pthread_t thread;
    asking = true;
    CHECK(pthread_create(&thread, NULL, ask_and_ask, NULL) == 0);
    for (int i = 0; i < 20; i++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            _exit(hype_done(future));
        }
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    __atomic_store_n(&asking, false, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    release(fd);
    CHECK(hype_await(future, &result) == 0 && result == 'x');
}

hype_future *abandoned;

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 200;
    CHECK(mkdtemp(folder));
    snprintf(here, sizeof here, "%s/here", folder);
    snprintf(go, sizeof go, "%s/go", folder);
    CHECK(mkfifo(here, 0600) == 0 && mkfifo(go, 0600) == 0);
    any_and_all();
    cancelling();
    cancelling_what_waits();
    cancelling_the_first();
    retries();
    callbacks();
    groups();
    thousands(n);
    several_threads();
    forked_while_others_ask();
    hype_submitter *left = hype_submitter_open("process:"); /* the end of the program closes it, and its call */
    abandoned = hype_start(left, hype_default_env, hype_bind(wait_for, here, go));
    CHECK(abandoned);
    close(open(here, O_RDONLY));
    unlink(here);
    unlink(go);
    rmdir(folder);
    return 0;
}
