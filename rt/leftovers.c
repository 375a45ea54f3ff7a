/* leftovers.c: files that outlive a program only when it is killed. */
#include "leftovers.h"

#include "owner.h"
#include "util.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

bool leftover_unwanted(const struct leftovers *old, const char *owner, const char *kind, const char *name,
                       const char *state, int64_t made)
{
    if (owner_is_gone(owner))
        return true;
    if (!old || !owner_is_elsewhere(owner) || (double)(time(NULL) - made) < old->days * 86400)
        return false;
    old->tell(kind, name, state, made, old->context);
    return old->remove;
}

char *cache_folder(const char *name)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (cache && *cache == '/')
        return text_format("%s/hype/%s", cache, name);
    if (home && *home == '/')
        return text_format("%s/.cache/hype/%s", home, name);
    return text_format("/tmp/hype-%s-%u", name, (unsigned)geteuid());
}

int cache_folder_make(const char *name, char **folder, hype_error **error)
{
    cleanup_free char *made = cache_folder(name), *inside = made ? text_format("%s/", made) : NULL;
    struct stat status;
    if (!inside)
        return error_memory(error);
    if (folders_make(inside) < 0 || stat(made, &status) < 0)
        return error_system(error, errno, "cannot make the folder %s; name another place by XDG_CACHE_HOME", made);
    if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
        return error_set(error, HYPE_PERMISSION,
                         "others may write to the folder %s: remove it, or name another place by XDG_CACHE_HOME", made);
    if (status.st_mode & 077 && chmod(made, 0700) < 0)
        return error_system(error, errno, "cannot close the folder %s to others", made);
    *folder = steal_pointer(made);
    return 0;
}

int leftover_create(const char *kind, const char *name, const char *text, char **path, hype_error **error)
{
    cleanup_free char *folder = NULL;
    int status = cache_folder_make(kind, &folder, error);
    if (status < 0)
        return status;
    cleanup_free char *file = text_format("%s/%s-%s", folder, owner_self(), name);
    if (!file)
        return error_memory(error);
    cleanup_close int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write_all(fd, text, strlen(text)) < 0) {
        status = error_system(error, errno, "cannot write %s", file);
        if (fd >= 0)
            unlink(file);
        return status;
    }
    *path = steal_pointer(file);
    return 0;
}

void leftovers_sweep(const char *kind, const struct leftovers *old, int (*each)(const char *path, void *context),
                     void *context)
{
    cleanup_free char *name = cache_folder(kind);
    DIR *folder = name ? opendir(name) : NULL;
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char owner[OWNER_SIZE];
        struct stat status;
        cleanup_free char *path = text_format("%s/%s", name, entry->d_name);
        if (!path || sscanf(entry->d_name, "%63[^-]-", owner) != 1 || lstat(path, &status) < 0)
            continue;
        if (leftover_unwanted(old, owner, kind, entry->d_name, "", status.st_mtim.tv_sec) &&
            (!each || each(path, context) == 0))
            unlink(path);
    }
    if (folder)
        closedir(folder);
}
