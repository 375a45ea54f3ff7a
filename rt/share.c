/* share.c: hype_share(), hype_unshare(), and the table of what is shared, by address. */
#include "share.h"

#include "fork.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

static pthread_rwlock_t table_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct share **table; /* by address; they do not overlap */
static size_t n_shares, capacity;

static pthread_mutex_t digest_lock = PTHREAD_MUTEX_INITIALIZER;

static void after_fork_in_child(void)
{
    pthread_rwlock_init(&table_lock, NULL);
    pthread_mutex_init(&digest_lock, NULL);
}
IN_FORKED_CHILD(after_fork_in_child);

bool share_freeze(void)
{
    if (__atomic_load_n(&n_shares, __ATOMIC_RELAXED) == 0)
        return false;
    pthread_rwlock_rdlock(&table_lock);
    return true;
}

void share_thaw(void)
{
    pthread_rwlock_unlock(&table_lock);
}

/* The place of the first one that ends behind ADDRESS. */
static size_t place_of(const char *address)
{
    size_t low = 0, high = n_shares;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table[middle]->address + table[middle]->size <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct share *share_find(const void *address, uint64_t size)
{
    size_t place = place_of(address);
    return place < n_shares && table[place]->address < (const char *)address + size ? table[place] : NULL;
}

struct share *share_hold(struct share *share)
{
    __atomic_add_fetch(&share->references, 1, __ATOMIC_RELAXED);
    return share;
}

void share_release(struct share *share)
{
    if (__atomic_sub_fetch(&share->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    close(share->fd);
    free(share);
}

int share_digest(struct share *share, hype_error **error)
{
    pthread_mutex_lock(&digest_lock);
    if (share->digest_status != 0)
        share->digest_status = sha256_hex_fd(share->fd, share->sha256, error);
    int status = share->digest_status;
    pthread_mutex_unlock(&digest_lock);
    return status;
}

/* ---- The public functions ---- */

/* Nobody, and no function that gets its descriptor, can change the file afterwards. */
static int take_snapshot(struct share *share, hype_error **error)
{
    share->fd = memfd_create("hype-share", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (share->fd < 0 || lseek(share->fd, (off_t)share->start, SEEK_SET) < 0 ||
        write_all(share->fd, share->address, share->size) < 0 ||
        fcntl(share->fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
        return error_system(error, errno, "cannot copy %llu bytes that are to be shared into a memory file",
                            (unsigned long long)share->size);
    return 0;
}

/* With the table locked for writing. */
static int insert(struct share *share, hype_error **error)
{
    if (share_find(share->address, share->size))
        return error_set(error, HYPE_INVALID, "%llu bytes at %p are shared already, in whole or in part",
                         (unsigned long long)share->size, (const void *)share->address);
    if (n_shares == capacity) {
        size_t more = capacity ? capacity * 2 : 16;
        struct share **grown = realloc(table, more * sizeof(struct share *));
        if (!grown)
            return error_memory(error);
        table = grown;
        capacity = more;
    }
    size_t place = place_of(share->address);
    memmove(table + place + 1, table + place, (n_shares - place) * sizeof(struct share *));
    table[place] = share;
    __atomic_store_n(&n_shares, n_shares + 1, __ATOMIC_RELAXED);
    return 0;
}

int hype_share(const void *data, size_t size)
{
    hype_error *error = NULL;
    struct share *share = calloc(1, sizeof *share);
    if (!share) {
        error_memory(&error);
        return error_publish(error);
    }
    *share = (struct share){.address = data, .size = size, .fd = -1, .references = 1, .digest_status = 1};
    share->start = (uintptr_t)data % SHARE_START;
    int status = data && size > 0
                     ? take_snapshot(share, &error)
                     : error_set(&error, HYPE_INVALID, "there is no memory to share at %p, %zu bytes", data, size);
    if (status == 0) {
        pthread_rwlock_wrlock(&table_lock);
        status = insert(share, &error);
        pthread_rwlock_unlock(&table_lock);
    }
    if (status < 0) {
        if (share->fd >= 0)
            close(share->fd);
        free(share);
    }
    return error_publish(error);
}

void hype_unshare(const void *data)
{
    struct share *share = NULL;
    pthread_rwlock_wrlock(&table_lock);
    size_t place = place_of(data);
    if (place < n_shares && table[place]->address == data) {
        share = table[place];
        __atomic_store_n(&n_shares, n_shares - 1, __ATOMIC_RELAXED);
        memmove(table + place, table + place + 1, (n_shares - place) * sizeof(struct share *));
    }
    pthread_rwlock_unlock(&table_lock);
    if (share)
        share_release(share);
}
