/*
 * hype.h: run an annotated C function somewhere else, as if it had been called here.
 *
 * Annotate a function with HYPE_FN, build with hypecc, call it with hype_call(). The arguments travel with their
 * pointers, the function runs in another process, container or pod, and its return value and its writes through
 * pointers come home. This header is the whole public API; docs/ has the long forms.
 *
 * Conventions
 *   Errors     Functions that can fail return 0 or a negative hype_status; hype_last_error() then tells the calling
 *              thread what was being done, to which thing, why it failed and what to do.
 *   Ownership  A closure is consumed by the call that submits it, a future by hype_await(). Strings given to an
 *              environment are borrowed until the calls made with it have been awaited.
 *   Threads    Every function may be called from any thread. One thread awaits a future; until it does, others may
 *              ask, cancel and wait for it.
 */
#ifndef HYPE_H
#define HYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HYPE_VERSION "0.1.0"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)
#pragma pack(push)
#pragma pack(8) /* whatever packing the unit has chosen; with -fpack-struct gcc heeds HYPE_ALIGNED instead */

/* ---- Annotations ------------------------------------------------------------------------------------------------
 * They mean something to hypecc and nothing to any other compiler. Each stands where clang's own -fbounds-safety
 * attributes may stand: after the declared name, before the type, or behind the '*' that it speaks of when a
 * declaration has several ('double *HYPE_COUNTED_BY(*n) *rows' counts the inner pointer). */
#ifdef HYPE_SCAN
#define HYPE_ANNOTATE(text) __attribute__((annotate("hype:" text)))
#else
#define HYPE_ANNOTATE(text)
#endif

/* The function may run elsewhere. On a declaration or on the definition. */
#define HYPE_FN HYPE_ANNOTATE("fn")

/* The pointer leads to this many elements (COUNTED) or bytes (SIZED). The expression is made of other parameters,
 * fields of the same struct, '*n', 'a.b', 'p->n', integer constants, enumerators, sizeof(type), '+ - * /' and
 * parentheses. A negative or overflowing value at run time is an error that names the pointer. */
#define HYPE_COUNTED_BY(...) HYPE_ANNOTATE("counted_by:" #__VA_ARGS__)
#define HYPE_SIZED_BY(...)   HYPE_ANNOTATE("sized_by:" #__VA_ARGS__)

/* The pointer leads to elements up to and including the first one whose bytes are all zero. HYPE_STRING is for
 * characters (and what 'char *' means with no annotation), HYPE_NULL_TERMINATED for pointers, as in argv. */
#define HYPE_STRING          HYPE_ANNOTATE("string")
#define HYPE_NULL_TERMINATED HYPE_ANNOTATE("null_terminated")

/* Direction of what a pointer leads to: sent with the call, brought back by it, or both. With no annotation 'const
 * T *' is in and 'T *' is in and out. What is only out arrives zeroed. */
#define HYPE_IN    HYPE_ANNOTATE("in")
#define HYPE_OUT   HYPE_ANNOTATE("out")
#define HYPE_INOUT HYPE_ANNOTATE("inout")

/* This member of a union is the live one while FIELD, in the struct around the union, equals VALUE. */
#define HYPE_TAG(field, value) HYPE_ANNOTATE("tag:" #field ":" #value)

/* The field does not travel: it arrives zeroed, and the caller's stays as it is. */
#define HYPE_SKIP HYPE_ANNOTATE("skip")

/* The global variable travels with every call of a function of its unit: its value at bind is its value there. */
#define HYPE_CAPTURE HYPE_ANNOTATE("capture")

/* The layout of what crosses between a program and the library is the same whatever packing the unit has chosen. */
#define HYPE_ALIGNED(bytes) __attribute__((aligned(bytes)))

/* ---- Status and errors ----------------------------------------------------------------------------------------- */
typedef enum hype_status {
    HYPE_OK = 0,
    HYPE_INVALID = 1,        /* an argument, an environment, an option or a count makes no sense */
    HYPE_NOT_BUILT = 2,      /* the function, or the program, was not built with hypecc */
    HYPE_MEMORY = 3,         /* memory ran out on this side */
    HYPE_SYSTEM = 4,         /* a system call failed on this side */
    HYPE_FORMAT = 5,         /* an image, a manifest or another file is malformed, truncated or forged */
    HYPE_INCOMPATIBLE = 6,   /* another ABI, signature, architecture or C library */
    HYPE_NOT_FOUND = 7,      /* an object, a file, an image or a resource is not there */
    HYPE_PERMISSION = 8,     /* the place refused on grounds of permission */
    HYPE_NETWORK = 9,        /* a connection failed, and retries did not help */
    HYPE_REFUSED = 10,       /* the store, daemon or cluster refused for another reason */
    HYPE_LOST = 11,          /* the place lost the call: node gone, evicted, killed from outside */
    HYPE_TIMEOUT = 12,       /* a time limit given by the caller passed */
    HYPE_CANCELLED = 13,     /* by hype_cancel(), or since the submitter was closed or the program is ending */
    HYPE_NOT_LOADED = 14,    /* there: the remote object could not be loaded */
    HYPE_EXITED = 15,        /* there: the function ended its process; see exit_status */
    HYPE_CRASHED = 16,       /* there: a signal ended the function; see signal */
    HYPE_OUT_OF_MEMORY = 17, /* there: memory ran out */
    HYPE_FAILED = 18         /* there: the function called hype_fail(); see code */
} hype_status;

/* The name of a status ("HYPE_CRASHED"); never NULL. */
const char *hype_status_name(int status);

typedef struct hype_error {
    int status;            /* negative hype_status */
    HYPE_ALIGNED(8) const char *message; /* what, which, why and what to do; one line, no newline at its end */
    int exit_status;       /* with HYPE_EXITED, else 0 */
    int signal;            /* with HYPE_CRASHED, else 0 */
    int error_number;      /* errno where one applies, else 0 */
    const char *backtrace; /* a line a frame, innermost first: docs/errors.md; NULL where there is none */
    const char *output;    /* the last lines that the function wrote to its stderr; NULL where there are none */
    const struct hype_error *cause; /* there: the failed call that the function itself had made last; or NULL */
    int code;                       /* with HYPE_FAILED: what the function gave hype_fail(), else 0 */
} hype_error;

/* The error of this thread's last failed call, or NULL. Valid until the thread's next call into this library. */
const hype_error *hype_last_error(void);

/* Writes the last error to stderr in full, behind "PREFIX: " as perror(3) does; in colour on a terminal, unless NO_COLOR
 * is set. */
void hype_perror(const char *prefix);

/*
 * For a function that runs elsewhere: ends its call with an error of its own. The caller gets HYPE_FAILED with CODE, the
 * formatted text as the message (one line), errno, the backtrace of this call, and the last error of this thread as
 * the cause. Nothing that the call has written through pointers comes home. Where the function was called plainly, with
 * nobody to take the error, it goes to stderr and the program is aborted, as with an exception that nobody catches.
 */
__attribute__((noreturn, format(printf, 2, 3))) void hype_fail(int code, const char *format, ...);

/* ---- Log -------------------------------------------------------------------------------------------------------
 * Quiet (errors are values) unless HYPE_LOG=error|warning|info|debug is set; lines then go to stderr. */
typedef enum hype_level { HYPE_LOG_ERROR, HYPE_LOG_WARNING, HYPE_LOG_INFO, HYPE_LOG_DEBUG } hype_level;
typedef void hype_log_function(hype_level level, const char *subject, const char *text, void *context);

/* Sends lines of LEVEL and above to FUNCTION, from any thread; NULL restores the default. */
void hype_set_log(hype_level level, hype_log_function *function, void *context);

/* A line that a remote function has printed. All strings are valid only while the function below runs. */
typedef struct hype_line {
    const char *function, *id; /* of the call; ID is its HYPE_EXECUTION_ID */
    bool from_stderr;          /* else from stdout */
    HYPE_ALIGNED(8) const char *text; /* without its newline; a NUL follows, and there may be others in it */
    size_t length;             /* bytes */
} hype_line;
typedef void hype_output_function(const hype_line *line, void *context);

/* Takes what remote functions print, in place of this program's stdout and stderr (docs/errors.md): one line at a time,
 * from a thread of its own. While FUNCTION takes its time, those who print wait. NULL restores the default. */
void hype_set_output(hype_output_function *function, void *context);

/* ---- Environments ----------------------------------------------------------------------------------------------
 * What the function runs in. 'process:' has no containers: it takes no notice of image, cpu and labels, refuses secrets
 * and mounts, and limits a call's private writable memory (RLIMIT_DATA) to the limit of "memory", else its request: there
 * malloc() fails, and a call that ends for that ends with HYPE_OUT_OF_MEMORY. With 'docker:' requests are limits, a
 * volume is one of Docker's, and a secret a host folder. Plain values: zero-initialize, use designated initializers, or
 * derive a changed copy with hype_with_*(). Arrays end at their first empty element. An array that is full when
 * hype_with_*() adds to it makes the environment invalid, and the call that uses it says so. */
typedef struct hype_pair {
    const char *name, *value;
} hype_pair;

typedef struct hype_secret { /* a secret of the cluster (Docker: a host folder), mounted as files */
    const char *name, *path;
} hype_secret;

typedef struct hype_volume {   /* made by hype_volume_transient() or hype_volume_persistent() */
    const char *name;          /* the claim's name; NULL for a transient one */
    const char *storage_class; /* NULL: the cluster's default */
    const char *size;          /* a Kubernetes quantity, such as "10Gi" */
    unsigned id;               /* same id, same claim */
    bool keep;                 /* survives the submitter */
} HYPE_ALIGNED(8) hype_volume;

typedef struct hype_mount {
    hype_volume volume;
    const char *path;
    bool read_only;
} HYPE_ALIGNED(8) hype_mount;

typedef struct hype_pod {          /* what only Kubernetes knows; see docs/kubernetes.md */
    const char *file;              /* a pod in YAML or JSON, over which everything else is laid */
    const char *in_namespace;      /* NULL: the submitter's */
    const char *service_account;
    hype_pair node_selector[8];
    const char *tolerations[8];    /* "key=value:Effect", "key:Effect", "key", or "*" for every taint */
    const char *priority_class;
    const char *image_pull_policy; /* "Always", "IfNotPresent" or "Never" */
    const char *pull_secrets[4];
    hype_pair annotations[8];
    double active_deadline;        /* seconds that the cluster lets it run; 0: any */
    double pending_timeout;        /* seconds that it may take to start; 0: the submitter's, which is 600 */
} HYPE_ALIGNED(8) hype_pod;

/* How often a call is tried before its error is the caller's. Zero: once. A fault of the place (HYPE_LOST: node gone,
 * preempted, evicted, hype-run killed; HYPE_NETWORK) is worth another attempt; an error that the function returned,
 * exit() and HYPE_NOT_LOADED never are. So a function may run more than once, though its result is taken once. */
enum { HYPE_RETRY_CRASHES = 1, HYPE_RETRY_TIMEOUTS = 2 };
typedef struct hype_retry {
    unsigned attempts;                /* in all */
    unsigned on;                      /* what else is worth it: HYPE_RETRY_CRASHES (also for want of memory), … */
    HYPE_ALIGNED(8) double backoff;   /* seconds before the second attempt, doubled up to 60 before others; 0: 1 */
} HYPE_ALIGNED(8) hype_retry;

typedef struct hype_env {
    const char *image;       /* container image whose entry point is hype-run */
    hype_pair requests[8];   /* "cpu" "750m", "memory" "2Gi", … */
    hype_pair limits[8];
    hype_pair variables[32]; /* environment variables */
    hype_secret secrets[8];
    hype_mount mounts[8];
    hype_pair labels[16];
    const char *files[16];   /* local files that appear in the function's working directory */
    double timeout;          /* seconds for each attempt, from when its submitter takes it up; 0: none */
    hype_retry retry;
    const char *logs;        /* folder in which each call's output gets a file; NULL: HYPE_LOGS, else the terminal */
    hype_pod pod;            /* for Kubernetes alone */
    const char *invalid;     /* set by hype_with_*() when something did not fit */
} hype_env;

/* The environment of calls that name none. Change it before the first call. */
extern hype_env hype_default_env;

hype_env hype_with_image(hype_env env, const char *image);
hype_env hype_with_request(hype_env env, const char *resource, const char *quantity); /* replaces an earlier one */
hype_env hype_with_limit(hype_env env, const char *resource, const char *quantity);   /* likewise */
hype_env hype_with_variable(hype_env env, const char *name, const char *value);       /* likewise */
hype_env hype_with_label(hype_env env, const char *name, const char *value);          /* likewise */
hype_env hype_with_secret(hype_env env, const char *name, const char *path);
hype_env hype_with_mount(hype_env env, hype_volume volume, const char *path); /* read-write */
hype_env hype_with_mount_read_only(hype_env env, hype_volume volume, const char *path);
hype_env hype_with_file(hype_env env, const char *path);
hype_env hype_with_timeout(hype_env env, double seconds);
hype_env hype_with_retry(hype_env env, hype_retry retry);
hype_env hype_with_logs(hype_env env, const char *folder);
hype_env hype_with_namespace(hype_env env, const char *name);
hype_env hype_with_service_account(hype_env env, const char *name);
hype_env hype_with_node_selector(hype_env env, const char *label, const char *value);
hype_env hype_with_toleration(hype_env env, const char *taint);
hype_env hype_with_annotation(hype_env env, const char *name, const char *value);
/* An environment whose pods start from a file: YAML or JSON with one Pod that has a container "hype-run" with an image.
 * Its args are replaced, requests and the like of the environment are laid over it, and all else stays as written. The
 * file is read when a call is made. */
hype_env hype_env_from_pod_file(const char *path);

/* A claim of its own that is deleted when the submitter closes; mounts of one value share one claim. */
hype_volume hype_volume_transient(const char *storage_class, const char *size);
/* A claim of this name, created if it is absent (STORAGE_CLASS and SIZE then apply), and kept. */
hype_volume hype_volume_persistent(const char *name, const char *storage_class, const char *size);

/* ---- Submitters: where calls run -------------------------------------------------------------------------------
 *   process:[?workers=N]          other processes of this machine, N at a time (default: one for each core;
 *                                 fewer where there are not nine descriptors for each)
 *   process:?staging=STORE        the same, with each call staged as it would be for a container
 *   docker:?image=IMAGE           containers of the Docker daemon (DOCKER_HOST); options: staging=STORE, network=NAME,
 *                                 secrets=/FOLDER (its subfolders are the secrets),
 *                                 volumes=/FOLDER (host folders in place of Docker's volumes), keep-container=1,
 *                                 keep-termination-log=1, keep-volumes=1
 *   k8s://CONTEXT/NAMESPACE?staging=STORE&image=IMAGE
 *                                 pods of a Kubernetes cluster (kubeconfig; both may be left out); options:
 *                                 pending-timeout=SECONDS, service-account=NAME, staging-secret=NAME,
 *                                 staging-volume=host|claim:NAME, keep-pods=1
 *   gke://PROJECT/LOCATION/CLUSTER?staging=STORE&image=IMAGE
 *                                 the same on Google Kubernetes Engine, found and entered with application default
 *                                 credentials; LOCATION is a zone or region; …/CLUSTER/NAMESPACE names a namespace
 * STORE is file:///DIR, gs://BUCKET/DIR or s3://BUCKET/DIR; without it a folder in ~/.cache. */
typedef struct hype_submitter hype_submitter;

/* NULL on failure. Nothing is contacted yet. */
hype_submitter *hype_submitter_open(const char *url);
/* gke://PROJECT/LOCATION/CLUSTER?staging=STAGING; STAGING is a store's URI, such as "gs://bucket". NULL on failure. */
hype_submitter *hype_gke_submitter(const char *project, const char *location, const char *cluster, const char *staging);
/* What calls that name no submitter use: HYPE_SUBMITTER, else process:. Owned by the library; NULL on failure. */
hype_submitter *hype_default_submitter(void);
/* Cancels what is in flight, ends its processes, and frees it. */
void hype_submitter_close(hype_submitter *submitter);

/* ---- Calls -----------------------------------------------------------------------------------------------------*/
typedef struct hype_closure hype_closure; /* a function with its captured arguments */
typedef struct hype_future hype_future;   /* a call in flight */
typedef void (*hype_function)(void);

/*
 * hype_bind(fn, args...) captures a call of FN with ARGS and evaluates nothing else. The compiler checks and converts
 * ARGS as it would for the call itself. What pointers lead to is copied now; what the call writes there is written
 * back when it is awaited, so it must live until then.
 *
 * The value is a pointer to a closure whose type carries FN's return type, for the checks of hype_submit() and
 * hype_start(); '__auto_type c = hype_bind(f, 1);' keeps it. A closure that is never submitted is given back with
 * hype_closure_free().
 *
 * hype_call(result, fn, args...)                    bind, submit with the defaults, wait
 * hype_submit(submitter, env, closure, result)      submit and wait
 * hype_start(submitter, env, closure)               submit; the future is never NULL except when memory is out
 * hype_await(future, result)                        wait, store the value, free the future
 *
 * RESULT points to an object of the function's return type, or is NULL for a void function or a value that nobody
 * wants. Blocks in the value, and new blocks stored through pointers, are malloc()ed one by one: who frees them is
 * what the function's own contract says. SUBMITTER may be NULL for the default.
 */
#ifdef __cplusplus
#define HYPE_AUTO            auto
#define HYPE_SAME_TYPE(a, b) __is_same(a, b)
#define HYPE_STATIC_ASSERT   static_assert
#define HYPE_NO_RESULT_WANTED(result)                                                                                  \
    (__is_same(__typeof__(result), decltype(nullptr)) || __is_same(__typeof__(result), __typeof__(NULL)))
#else
#define HYPE_AUTO                     __auto_type
#define HYPE_SAME_TYPE(a, b)          __builtin_types_compatible_p(a, b)
#define HYPE_STATIC_ASSERT            _Static_assert
#define HYPE_NO_RESULT_WANTED(result) 0 /* NULL is a void pointer */
#endif

/* What C compilers only warn of in a call is an error here, as it is in C++ anyway. */
#ifdef __cplusplus
#define HYPE_STRICT_BEGIN
#define HYPE_STRICT_END
#else
#define HYPE_STRICT_BEGIN                                                                                              \
    _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic error \"-Wint-conversion\"")                                \
        _Pragma("GCC diagnostic error \"-Wincompatible-pointer-types\"")
#define HYPE_STRICT_END _Pragma("GCC diagnostic pop")
#endif

/* Splits "fn, args..." without asking for the comma that a call with no arguments does not have. */
#define HYPE_PICK_64(_1, _2, _3, _4, _5, _6, _7, _8, _9, _10, _11, _12, _13, _14, _15, _16, _17, _18, _19, _20, _21,   \
                     _22, _23, _24, _25, _26, _27, _28, _29, _30, _31, _32, _33, _34, _35, _36, _37, _38, _39, _40,    \
                     _41, _42, _43, _44, _45, _46, _47, _48, _49, _50, _51, _52, _53, _54, _55, _56, _57, _58, _59,    \
                     _60, _61, _62, _63, _64, ...)                                                                     \
    _64
#define HYPE_ONE_OR_MORE(one, more, ...)                                                                               \
    HYPE_PICK_64(__VA_ARGS__, more, more, more, more, more, more, more, more, more, more, more, more, more, more,      \
                 more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, \
                 more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, more, \
                 more, more, more, more, more, more, more, more, more, more, more, more, more, more, one, 0)
#define hype_bind(...)          HYPE_ONE_OR_MORE(HYPE_BIND_ALONE, HYPE_BIND_WITH, __VA_ARGS__)(__VA_ARGS__)
#define HYPE_BIND_ALONE(fn)     HYPE_BIND(fn, ())
#define HYPE_BIND_WITH(fn, ...) HYPE_BIND(fn, (__VA_ARGS__))
/* clang-format off */
#define HYPE_BIND(fn, arguments)                                                                                       \
    __extension__({                                                                                                    \
        typedef __typeof__((fn)arguments) hype_bind_result_;                                                           \
        hype_function hype_bind_function_ = hype_bind_begin((hype_function)(fn), #fn, __FILE__, __LINE__);             \
        HYPE_STRICT_BEGIN                                                                                              \
        if (hype_bind_function_)                                                                                       \
            (void)((__typeof__(&*(fn)))hype_bind_function_)arguments;                                                  \
        HYPE_STRICT_END                                                                                                \
        (hype_bind_result_ (*)(hype_closure *))hype_bind_end();                                                        \
    })
/* clang-format on */

#define HYPE_CHECK_RESULT(closure, result)                                                                             \
    HYPE_STATIC_ASSERT(HYPE_SAME_TYPE(__typeof__(result), __typeof__((closure)((hype_closure *)0)) *) ||               \
                           HYPE_SAME_TYPE(__typeof__(result), void *) || HYPE_NO_RESULT_WANTED(result),                \
                       "the result must be a pointer to the function's return type")

#define hype_submit(submitter, env, closure, result)                                                                   \
    __extension__({                                                                                                    \
        HYPE_AUTO hype_closure_ = (closure);                                                                           \
        HYPE_CHECK_RESULT(hype_closure_, result);                                                                      \
        hype_submit_closure((submitter), (env), (hype_closure *)hype_closure_, (result));                              \
    })
#define hype_call(result, ...)              hype_submit((hype_submitter *)0, hype_default_env, hype_bind(__VA_ARGS__), result)
#define hype_start(submitter, env, closure) hype_start_closure((submitter), (env), (hype_closure *)(closure))

int hype_await(hype_future *future, void *result);

/*
 * Like hype_await(), but every new block of the value lies in one arena, to be given back as a whole by
 * hype_arena_free() and never one by one. Big arrays are not copied. *ARENA is NULL after a failure.
 */
typedef struct hype_arena hype_arena;
int hype_await_arena(hype_future *future, void *result, hype_arena **arena);
void hype_arena_free(hype_arena *arena); /* NULL is allowed */

void hype_closure_free(hype_closure *closure);

/*
 * Large memory that many calls take: hype_share() copies SIZE bytes at DATA once, and calls bound from then on send that
 * copy once (to a store: once for its content) instead of with each capture, wherever a pointer that only goes in leads
 * to plain values, without pointers, inside it. The program promises not to change the memory while it is shared. No
 * other shared memory may overlap it. A call refers to at most 16 pieces; it captures what is beyond that.
 * hype_unshare() ends this for later calls; NULL and what is not shared are allowed.
 */
int hype_share(const void *data, size_t size);
void hype_unshare(const void *data);

/* ---- Futures ---------------------------------------------------------------------------------------------------
 * Any number may be in flight: one that waits for its turn costs some hundred bytes and its captured arguments, and
 * needs no thread and no descriptor. A submitter runs as many at once as its place stands, in the order of
 * hype_start(). Timeouts are seconds; 0 only asks, HYPE_FOREVER waits as long as it takes. */
#define HYPE_FOREVER (-1.0)

/* It has its outcome. hype_await() may still wait for its hype_on_done() function, and for its output to be written. */
bool hype_done(hype_future *future);

/* Stops the call, where it runs too. True: hype_await() will give HYPE_CANCELLED, as soon as what the call left there
 * has been cleared away. False: it was done already, and its outcome stays. The future must still be awaited. */
bool hype_cancel(hype_future *future);

/* FUTURES may contain NULLs, which count for nothing. Neither takes a future: that is hype_await()'s to do. */
/* The index of one that is done, the first where several are; -HYPE_TIMEOUT; -HYPE_INVALID when all are NULL. */
ptrdiff_t hype_wait_any(hype_future *const *futures, size_t n, double timeout);
int hype_wait_all(hype_future *const *futures, size_t n, double timeout); /* 0, or -HYPE_TIMEOUT */

/* Calls FUNCTION(FUTURE, CONTEXT) once FUTURE is done: on the library's own thread, one at a time, also where it is
 * done already. FUNCTION must be quick, since no call makes progress meanwhile. It may start, cancel and ask, await
 * FUTURE, and signal a thread; it must not wait for other calls, nor call exit(). Elsewhere hype_await() returns after
 * FUNCTION has. One function a future. */
typedef void hype_done_function(hype_future *future, void *context);
int hype_on_done(hype_future *future, hype_done_function *function, void *context);

/* A group of futures that are taken as they end. A future is in one group at most, and leaves it when it is taken or
 * awaited; closing a group leaves its futures as they are. */
typedef struct hype_group hype_group;
hype_group *hype_group_open(void); /* NULL when memory is out */
void hype_group_add(hype_group *group, hype_future *future);
/* 0: *FUTURE is the next that has ended, to be awaited, or NULL when the group is empty. -HYPE_TIMEOUT. */
int hype_group_next(hype_group *group, double timeout, hype_future **future);
/* For a program's own loop: a descriptor that can be read from (poll(2) says so; the program must not read) while one
 * of the group has ended and is not taken. It is the group's: made by the first call, closed with it. */
int hype_group_fd(hype_group *group);
void hype_group_close(hype_group *group); /* NULL is allowed */

/* ---- Maps: many calls of one kind -----------------------------------------------------------------------------
 * Items are added one by one, each a bound call and a place for its result, and taken as they end:
 *
 *     hype_map *map = hype_map_open(NULL, env, (hype_map_options){.limit = 100});
 *     for (size_t i = 0; i < n; i++)
 *         hype_map_add(map, hype_bind(f, inputs[i]), &results[i]);
 *     for (hype_item item; hype_map_next(map, HYPE_FOREVER, &item) > 0;)
 *         if (item.status < 0)
 *             hype_perror("f");            (of inputs[item.index])
 *     hype_map_close(map);
 *
 * or, for a whole array at once, hype_map_over(). Adding takes a bound call, not a function and its inputs, so that the
 * compiler checks arguments and result as everywhere else, each item may have any arguments, and inputs need not exist
 * before they are added. Adding waits while many items are in flight (twice the limit; some thousands where there are
 * batches), but never for results to be taken: a program may add all and then take all, or alternate, which keeps little
 * in memory.
 *
 * Where starting something for each call is dear (docker:, k8s:, process:?staging=) calls are made in batches, which
 * change nothing else: each has its own process, result, error, timeout and retries. Their output has one prefix.
 */
typedef struct hype_map hype_map;

/* Zero: as it is best for most. */
typedef struct hype_map_options {
    size_t limit;    /* calls at once, or batches where there are any; 0: as many as the submitter runs */
    size_t batch;    /* calls that share a process of hype-run, a container or a pod, where the submitter has batches: one
                        after the other there, each in a process of its own. 0: chosen by how many are left and how
                        long they took; 1: none share */
    bool ordered;    /* hype_map_next() gives items in the order in which they were added */
    bool progress;   /* how many are done and have failed, the rate and the time left: a line on a terminal, which goes
                        when the map is closed; log lines (HYPE_LOG=info) elsewhere */
    size_t total;    /* how many will be added, where it is known: for the progress, and for the size of batches */
    const char *queue; /* Kubernetes: the local queue of Kueue that admits the Jobs (label kueue.x-k8s.io/queue-name) */
    HYPE_ALIGNED(8) double deadline; /* seconds from hype_map_open(): what has not ended then ends with HYPE_TIMEOUT */
} HYPE_ALIGNED(8) hype_map_options;

typedef struct hype_item {
    size_t index; /* 0 for the first that was added */
    int status;   /* 0, or the negative hype_status of its call, which hype_last_error() tells of */
} hype_item;

/* NULL when memory is out, or there is no default submitter. */
hype_map *hype_map_open(hype_submitter *submitter, hype_env env, hype_map_options options);
/* RESULT as in hype_submit(); it, and what the call writes through pointers, are written when the item is taken. 0, or
 * -HYPE_MEMORY; what is wrong with the call itself is the item's outcome. */
#define hype_map_add(map, closure, result)                                                                             \
    __extension__({                                                                                                    \
        HYPE_AUTO hype_closure_ = (closure);                                                                           \
        HYPE_CHECK_RESULT(hype_closure_, result);                                                                      \
        hype_map_add_closure((map), (hype_closure *)hype_closure_, (result));                                          \
    })
/* 1: *ITEM has ended and is taken. 0: none is left. -HYPE_TIMEOUT after TIMEOUT seconds. */
int hype_map_next(hype_map *map, double timeout, hype_item *item);
/* Takes all that are left and closes the map: 0, or the status of the first of them, by index, that failed. */
int hype_map_finish(hype_map *map);
/* Cancels what has not ended, and frees the map. NULL is allowed. */
void hype_map_close(hype_map *map);

/* Evaluates CLOSURE and RESULT for each index from 0 to N - 1, which they know as the size_t INDEX: 'hype_map_over(NULL,
 * env, options, n, i, hype_bind(f, in[i]), &out[i])'. As hype_map_finish(). */
#define hype_map_over(submitter, env, options, n, index, closure, result)                                              \
    __extension__({                                                                                                    \
        hype_map *hype_map_ = hype_map_open((submitter), (env), (options));                                            \
        for (size_t index = 0, hype_n_ = (n); index < hype_n_; index++)                                                \
            if (hype_map_add(hype_map_, closure, result) < 0)                                                          \
                break;                                                                                                 \
        hype_map_finish(hype_map_);                                                                                    \
    })

/*
 * Signals. SIGINT, SIGTERM and SIGHUP end a program that does not handle them, and so they do while calls are in flight;
 * but the first one stops the calls, and ends the program, by that signal, when what they have made there (processes,
 * containers, pods, staged objects) has been cleared away. The program is told nothing more meanwhile: its threads
 * that wait go on waiting. A second one ends it at once. A program's own handler, SIG_IGN and blocked signals are left
 * alone: a handler installed before the first call or at any time later is the program's. With false here the library
 * keeps out of it; it then clears away only by exit() and hype_submitter_close().
 */
void hype_handle_signals(bool handle);

/* What the macros above call; not for direct use. */
hype_function hype_bind_begin(hype_function function, const char *name, const char *file, int line);
hype_closure *hype_bind_end(void);
int hype_submit_closure(hype_submitter *submitter, hype_env env, hype_closure *closure, void *result);
hype_future *hype_start_closure(hype_submitter *submitter, hype_env env, hype_closure *closure);
int hype_map_add_closure(hype_map *map, hype_closure *closure, void *result);

#pragma pack(pop)
#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif
#endif
