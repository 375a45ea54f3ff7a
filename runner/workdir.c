/*
 * workdir.c: private folders that do not outlive their owners.
 *
 * A folder is named hype-run-PID-XXXXXXXX and is locked by its owner; one whose lock can be taken has no owner any
 * more (it was killed), and whoever makes a folder next removes it.
 */
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define PREFIX "hype-run-"

static const char *temporary(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder == '/' ? folder : "/tmp";
}

static void remove_orphans(void)
{
    DIR *folder = opendir(temporary());
    for (struct dirent *found; folder && (found = readdir(folder));) {
        struct stat status;
        if (!text_starts_with(found->d_name, PREFIX))
            continue;
        cleanup_free char *path = text_format("%s/%s", temporary(), found->d_name);
        cleanup_close int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd >= 0 && fstat(fd, &status) == 0 && status.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
            folder_remove(path);
    }
    if (folder)
        closedir(folder);
}

/* Makes and locks one folder: the descriptor that holds the lock until the process ends, or -1 with errno. Somebody
 * who looks for orphans between the two may take it away, which is EAGAIN. */
static int make_locked(const char *path)
{
    struct stat held, named;
    if (mkdir(path, 0700) < 0)
        return -1;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        int failure = errno;
        rmdir(path);
        errno = failure;
        return -1;
    }
    if (flock(fd, LOCK_EX) == 0 && fstat(fd, &held) == 0 && stat(path, &named) == 0 && held.st_ino == named.st_ino)
        return fd;
    close(fd);
    errno = EAGAIN;
    return -1;
}

int workdir_make(char **path, hype_error **error)
{
    remove_orphans();
    for (;;) {
        char suffix[9];
        text_random(suffix, 8);
        *path = text_format("%s/" PREFIX "%d-%s", temporary(), (int)getpid(), suffix);
        if (!*path)
            return error_memory(error);
        if (make_locked(*path) >= 0)
            return 0;
        int status = 0;
        if (errno != EAGAIN && errno != EEXIST && errno != ENOENT)
            status = error_system(error, errno, "cannot make the temporary folder %s", *path);
        else if (errno == ENOENT && access(temporary(), F_OK) < 0)
            status = error_system(error, errno, "cannot make a temporary folder in %s", temporary());
        free(*path);
        *path = NULL;
        if (status < 0)
            return status;
    }
}

bool workdir_is_empty(const char *path)
{
    char entries[256];
    cleanup_close int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long n = fd < 0 ? -1 : syscall(SYS_getdents64, fd, entries, sizeof entries);
    return n == 2 * 24; /* "." and ".." */
}
