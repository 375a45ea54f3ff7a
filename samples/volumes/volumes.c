/*
 * volumes: a volume that one call prepares and ten others read in parallel.
 *
 *   hypecc volumes.c -o volumes && HYPE_SUBMITTER='k8s://…?image=…' ./volumes [STORAGE_CLASS]
 *
 * The volume is a claim of its own, or a Docker volume, which is gone when the program has ended.
 */
#include <errno.h>
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/usr/share/volume"
enum { READERS = 10 };

/* 0, or an errno. */
HYPE_FN int write_word(const char *path, const char *word)
{
    FILE *file = fopen(path, "w");
    if (!file)
        return errno;
    int written = fputs(word, file);
    return fclose(file) == 0 && written >= 0 ? 0 : errno;
}

/* NULL if there is nothing to read. */
HYPE_FN char *read_word(const char *path)
{
    FILE *file = fopen(path, "r");
    char word[80];
    if (!file)
        return NULL;
    char *read = fgets(word, sizeof word, file);
    fclose(file);
    return read ? strdup(read) : NULL;
}

static int read_in_parallel(hype_env env, const char *expected)
{
    hype_future *futures[READERS];
    int read = 0;
    for (int i = 0; i < READERS; i++)
        futures[i] = hype_start(NULL, env, hype_bind(read_word, FOLDER "/word"));
    for (int i = 0; i < READERS; i++) {
        char *word = NULL;
        if (hype_await(futures[i], &word) < 0)
            hype_perror("read_word");
        else if (word && strcmp(word, expected) == 0)
            read++;
        free(word);
    }
    return read;
}

int main(int argc, char **argv)
{
    static const char word[] = "serendipity";
    hype_volume volume = hype_volume_transient(argc > 1 ? argv[1] : NULL, "10Gi");
    hype_env writer = hype_with_mount(hype_default_env, volume, FOLDER);
    hype_env reader = hype_with_mount_read_only(hype_default_env, volume, FOLDER);
    int failed;

    if (hype_submit(NULL, writer, hype_bind(write_word, FOLDER "/word", word), &failed) < 0) {
        hype_perror("write_word");
        return 1;
    }
    if (failed) {
        fprintf(stderr, "%s/word: %s\n", FOLDER, strerror(failed));
        return 1;
    }
    int read = read_in_parallel(reader, word);
    printf("%d of %d readers read '%s'\n", read, READERS, word);
    return read != READERS;
}
