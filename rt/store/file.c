/*
 * file.c: a store in a folder of this machine (or of a file system that several machines mount).
 *
 * An object is written to a nameless or temporary file beside its place and linked there when it is whole: link(2)
 * fails where the name is taken, which is exactly put-if-absent. Folders are made 0700 and files 0600; but in a store
 * whose folder is open to all (0777) so is everything, since whoever shares it, such as a container's user, may be any.
 */
#include "store.h"

#include "../owner.h"
#include "../task.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct file_store {
    struct store store;
    char *folder;
};

static void file_close(struct store *store)
{
    struct file_store *s = (struct file_store *)store;
    free(s->folder);
    free(s->store.uri);
    free(s);
}

static int file_open(const char *uri, struct store **store, hype_error **error)
{
    const char *path = uri + strlen("file://");
    if (*path != '/')
        return error_set(error, HYPE_INVALID,
                         "'%s' is no folder: a file store is file:// and an absolute path, "
                         "such as file:///var/tmp/hype",
                         uri);
    struct file_store *s = calloc(1, sizeof *s);
    if (s) {
        s->store.operations = &store_file;
        s->store.uri = strdup(uri);
        s->folder = strdup(path);
    }
    if (!s || !s->store.uri || !s->folder) {
        if (s)
            file_close(&s->store);
        return error_memory(error);
    }
    *store = &s->store;
    return 0;
}

static char *path_of(struct store *store, const char *name)
{
    return text_format("%s/%s", ((struct file_store *)store)->folder, name);
}

/* Everything that blocks runs on a worker thread; this is what the workers get. */
struct file_job {
    struct store *store;
    const char *name;
    const struct store_content *content;
    int fd;
    uint64_t limit, *size;
    bool *created;
    int (*each)(const struct store_entry *entry, void *context);
    void *context;
    hype_error **error;
};

static int head_work(void *context)
{
    struct file_job *job = context;
    cleanup_free char *path = path_of(job->store, job->name);
    struct stat status;
    if (!path)
        return error_memory(job->error);
    if (stat(path, &status) < 0)
        return error_system(job->error, errno, "cannot look at %s", path);
    *job->size = (uint64_t)status.st_size;
    return 0;
}

static int file_head(struct store *store, const char *name, uint64_t *size, hype_error **error)
{
    struct file_job job = {.store = store, .name = name, .size = size, .error = error};
    return head_work(&job); /* one stat(2): not worth a thread */
}

static int get_work(void *context)
{
    struct file_job *job = context;
    cleanup_free char *path = path_of(job->store, job->name);
    if (!path)
        return error_memory(job->error);
    cleanup_close int from = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (from < 0 || fstat(from, &status) < 0)
        return error_system(job->error, errno, "cannot read %s", path);
    if ((uint64_t)status.st_size > job->limit)
        return error_set(job->error, HYPE_FORMAT, "%s has %lld bytes where at most %llu are expected", path,
                         (long long)status.st_size, (unsigned long long)job->limit);
    if (file_copy(from, job->fd, (uint64_t)status.st_size) < 0)
        return error_system(job->error, errno, "cannot copy %s", path);
    *job->size = (uint64_t)status.st_size;
    return 0;
}

static int file_get(struct store *store, const char *name, int fd, uint64_t limit, uint64_t *size, hype_error **error)
{
    struct file_job job = {.store = store, .name = name, .fd = fd, .limit = limit, .size = size, .error = error};
    return task_offload(get_work, &job);
}

static int write_content(int fd, const struct store_content *content)
{
    if (content->data)
        return write_all(fd, content->data, content->size);
    return file_copy(content->fd, fd, content->size);
}

/* A folder exists as long as objects are in it, as in a bucket. */
static void leave_folder(struct store *store, const char *path)
{
    const char *slash = strrchr(path, '/');
    cleanup_free char *folder = strndup(path, (size_t)(slash - path));
    if (folder && strcmp(folder, ((struct file_store *)store)->folder) != 0)
        rmdir(folder);
}

/* Best effort: who cannot read an object says so. What root writes in a container is for the folder's owner. */
static void let_in(struct store *store, const char *path, int fd)
{
    const char *root = ((struct file_store *)store)->folder, *slash = strrchr(path, '/');
    cleanup_free char *folder = strndup(path, (size_t)(slash - path));
    struct stat status;
    if (!folder || stat(root, &status) < 0)
        return;
    if ((status.st_mode & 07777) == 0777 && fchmod(fd, 0666) == 0 && strcmp(folder, root) != 0)
        (void)!chmod(folder, 0777);
    if (geteuid() == 0 && status.st_uid != 0)
        (void)!fchown(fd, status.st_uid, status.st_gid);
}

static int write_object(struct file_job *job, const char *path, const char *partial)
{
    if (folders_make(path) < 0)
        return error_system(job->error, errno, "cannot make the folder of %s", path);
    cleanup_close int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return error_system(job->error, errno, "cannot create %s", partial);
    int failure = write_content(fd, job->content) < 0 ? errno : 0;
    let_in(job->store, path, fd);
    if (!failure && link(partial, path) == 0)
        *job->created = true;
    else if (!failure && errno != EEXIST)
        failure = errno;
    unlink(partial);
    return failure ? error_system(job->error, failure, "cannot write %s", path) : 0;
}

static int put_work(void *context)
{
    struct file_job *job = context;
    char suffix[9];
    text_random(suffix, 8);
    cleanup_free char *path = path_of(job->store, job->name);
    cleanup_free char *partial = path ? text_format("%s" STORE_PARTIAL "%s-%s", path, owner_self(), suffix) : NULL;
    if (!partial)
        return error_memory(job->error);
    *job->created = false;
    if (access(path, F_OK) == 0)
        return 0;
    int status = write_object(job, path, partial);
    if (status < 0)
        leave_folder(job->store, path);
    return status;
}

static int file_put_if_absent(struct store *store, const char *name, const struct store_content *content,
                              store_progress *progress, void *progress_context, bool *created, hype_error **error)
{
    enum { SMALL = 256 * 1024 }; /* bytes that are written faster than a thread is woken */
    struct file_job job = {.store = store, .name = name, .content = content, .created = created, .error = error};
    int status = content->size <= SMALL ? put_work(&job) : task_offload(put_work, &job);
    if (status == 0 && progress)
        progress(content->size, content->size, progress_context);
    return status;
}

static int file_delete(struct store *store, const char *name, hype_error **error)
{
    cleanup_free char *path = path_of(store, name);
    if (!path)
        return error_memory(error);
    if (unlink(path) < 0 && errno != ENOENT)
        return error_system(error, errno, "cannot delete %s", path);
    leave_folder(store, path);
    return 0;
}

static int list_folder(struct file_job *job, const char *inside);

/* Whether NAME, or what may be in it as a folder, starts with the prefix. */
static bool is_wanted(const struct file_job *job, const char *name)
{
    size_t length = strlen(name);
    return text_starts_with(name, job->name) || (strncmp(job->name, name, length) == 0 && job->name[length] == '/');
}

static int list_one(struct file_job *job, const char *name)
{
    if (!is_wanted(job, name))
        return 0;
    cleanup_free char *path = path_of(job->store, name);
    struct stat status;
    if (!path)
        return error_memory(job->error);
    if (lstat(path, &status) < 0)
        return 0; /* gone since the folder was read */
    if (S_ISDIR(status.st_mode))
        return list_folder(job, name);
    if (!S_ISREG(status.st_mode) || !text_starts_with(name, job->name))
        return 0;
    struct store_entry entry = {name, (uint64_t)status.st_size, status.st_mtim.tv_sec};
    return job->each(&entry, job->context);
}

static int list_folder(struct file_job *job, const char *inside)
{
    cleanup_free char *path = path_of(job->store, inside);
    if (!path)
        return error_memory(job->error);
    DIR *folder = opendir(path);
    if (!folder)
        return errno == ENOENT ? 0 : error_system(job->error, errno, "cannot list %s", path);
    int result = 0;
    for (struct dirent *found; result == 0 && (found = readdir(folder));) {
        if (strcmp(found->d_name, ".") == 0 || strcmp(found->d_name, "..") == 0)
            continue;
        cleanup_free char *name = text_format("%s%s%s", inside, *inside ? "/" : "", found->d_name);
        result = name ? list_one(job, name) : error_memory(job->error);
    }
    closedir(folder);
    return result;
}

static int file_list(struct store *store, const char *prefix,
                     int (*each)(const struct store_entry *entry, void *context), void *context, hype_error **error)
{
    struct file_job job = {.store = store, .name = prefix, .each = each, .context = context, .error = error};
    const char *slash = strrchr(prefix, '/');
    cleanup_free char *inside = strndup(prefix, slash ? (size_t)(slash - prefix) : 0);
    return inside ? list_folder(&job, inside) : error_memory(error);
}

const struct store_operations store_file = {
    .scheme = "file",
    .open = file_open,
    .close = file_close,
    .head = file_head,
    .get = file_get,
    .put_if_absent = file_put_if_absent,
    .delete = file_delete,
    .list = file_list,
};
