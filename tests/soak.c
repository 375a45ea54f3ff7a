/*
 * soak.c: makes many calls and watches that nothing grows: this program's memory and descriptors, hype-run's processes
 * and their memory.
 *
 *   soak CALLS [AT_ONCE [URL]]     URL: of the submitter, else the default
 *
 * Every call takes and returns memory, writes a line and writes through a pointer. Ten samples are printed; it fails
 * when a call does, or when the last half has grown by more than a megabyte or by a descriptor.
 */
#include "e2e/check.h"

#include <dirent.h>
#include <unistd.h>

struct note {
    int number;
    char *text;
};

HYPE_FN struct note *work(int number, size_t n, const double values[n], HYPE_OUT double *sum, const char *text)
{
    struct note *note = malloc(sizeof *note);
    if (!note)
        return NULL;
    *sum = 0;
    for (size_t i = 0; i < n; i++)
        *sum += values[i];
    if (number % 100 == 0)
        printf("call %d\n", number);
    *note = (struct note){number, strdup(text)};
    return note;
}

/* Resident memory of a process in kB, and its parent; 0 when it is gone. */
static long resident(const char *pid, int *parent)
{
    char path[300], line[256];
    long kb = 0;
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "PPid: %d", parent);
        sscanf(line, "VmRSS: %ld", &kb);
    }
    if (file)
        fclose(file);
    return kb;
}

/* This program's children: how many, and the memory of the largest, which is the server of process:. */
static long largest_child(int *n)
{
    long largest = 0;
    DIR *folder = opendir("/proc");
    CHECK(folder);
    *n = 0;
    for (struct dirent *found; (found = readdir(folder));) {
        int parent = 0;
        long kb = *found->d_name >= '1' && *found->d_name <= '9' ? resident(found->d_name, &parent) : 0;
        if (parent != getpid())
            continue;
        ++*n;
        largest = kb > largest ? kb : largest;
    }
    closedir(folder);
    return largest;
}

struct call {
    hype_future *future;
    double sum;
    int number;
};

static void start(struct call *call, hype_submitter *submitter, int number)
{
    static const double values[100] = {1, 2, 3};
    call->number = number;
    call->future = hype_start(submitter, hype_default_env, hype_bind(work, number, 100, values, &call->sum, "text"));
}

static void finish(struct call *call)
{
    struct note *note = NULL;
    if (hype_await(call->future, &note) < 0) {
        hype_perror("soak");
        exit(1);
    }
    CHECK(note && note->number == call->number && strcmp(note->text, "text") == 0 && call->sum == 6);
    free(note->text);
    free(note);
}

int main(int argc, char **argv)
{
    enum { SAMPLES = 10, MOST = 1000 };
    int calls = argc > 1 ? atoi(argv[1]) : 1000, at_once = argc > 2 ? atoi(argv[2]) : 8, unused, children;
    static struct call all[MOST];
    long kb[SAMPLES + 1] = {0};
    int fds[SAMPLES + 1] = {0};
    hype_submitter *submitter = argc > 3 ? hype_submitter_open(argv[3]) : hype_default_submitter();
    CHECK(submitter && calls >= SAMPLES && at_once > 0 && at_once <= MOST);
    for (int sample = 0, i = 0; sample <= SAMPLES; sample++) {
        int before = i, end = sample == 0 ? at_once : (int)((long long)calls * sample / SAMPLES);
        for (; i < end; i++) { /* the calls in flight are those from i - at_once on */
            if (i - before >= at_once)
                finish(&all[i % at_once]);
            start(&all[i % at_once], submitter, i);
        }
        for (int j = end - at_once > before ? end - at_once : before; j < end; j++)
            finish(&all[j % at_once]);
        kb[sample] = resident("self", &unused);
        fds[sample] = open_descriptors();
        long child = largest_child(&children);
        fprintf(stderr, "%d calls: %ld kB, %d descriptors; %d processes, the largest %ld kB\n", end, kb[sample],
                fds[sample], children, child);
    }
    hype_submitter_close(submitter);
    CHECK(kb[SAMPLES] - kb[SAMPLES / 2] < 1024 && fds[SAMPLES] <= fds[SAMPLES / 2]);
    return 0;
}
