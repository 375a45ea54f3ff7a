/* crc32c.c: with the processor's instruction where it has one, else by table. */
#include "crc32c.h"

#include "util.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <openssl/evp.h>

static uint32_t table[256];

static void table_make(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? 0x82F63B78u : 0);
        table[i] = value;
    }
}

static uint32_t by_table(uint32_t sum, const unsigned char *data, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, table_make);
    for (size_t i = 0; i < size; i++)
        sum = sum >> 8 ^ table[(sum ^ data[i]) & 255];
    return sum;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t sum, const unsigned char *data, size_t size)
{
    uint64_t wide = sum;
    for (; size >= 8; data += 8, size -= 8) {
        uint64_t word;
        memcpy(&word, data, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    sum = (uint32_t)wide;
    for (; size > 0; data++, size--)
        sum = __builtin_ia32_crc32qi(sum, *data);
    return sum;
}
#endif

uint32_t crc32c(uint32_t before, const void *data, size_t size)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2"))
        return ~by_instruction(~before, data, size);
#endif
    return ~by_table(~before, data, size);
}

int crc32c_fd(int fd, uint64_t size, uint32_t *sum, hype_error **error)
{
    enum { CHUNK = 256 * 1024 };
    cleanup_free char *buffer = malloc(CHUNK);
    if (!buffer)
        return error_memory(error);
    *sum = 0;
    for (uint64_t done = 0; done < size;) {
        ssize_t n = pread(fd, buffer, size - done < CHUNK ? (size_t)(size - done) : CHUNK, (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_system(error, errno, "cannot read a file to compute its checksum");
        if (n == 0)
            return error_set(error, HYPE_SYSTEM, "cannot compute a checksum: the file became shorter meanwhile");
        *sum = crc32c(*sum, buffer, (size_t)n);
        done += (uint64_t)n;
    }
    return 0;
}

void crc32c_text(uint32_t sum, char out[CRC32C_TEXT_SIZE])
{
    unsigned char bytes[4] = {(unsigned char)(sum >> 24), (unsigned char)(sum >> 16), (unsigned char)(sum >> 8),
                              (unsigned char)sum};
    EVP_EncodeBlock((unsigned char *)out, bytes, sizeof bytes);
}
