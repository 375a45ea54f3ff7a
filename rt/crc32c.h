/* crc32c.h: CRC-32C (Castagnoli; RFC 3720 B.4), the checksum of object stores. */
#ifndef HYPE_RT_CRC32C_H
#define HYPE_RT_CRC32C_H

#include "error.h"

#include <stddef.h>
#include <stdint.h>

/* Start with 0; goes on from the value of what came before. */
uint32_t crc32c(uint32_t before, const void *data, size_t size);
/* Of SIZE bytes of FD from offset 0. Blocks: for task_offload(). */
int crc32c_fd(int fd, uint64_t size, uint32_t *sum, hype_error **error);

#define CRC32C_TEXT_SIZE 9 /* base64 of the big-endian value, and a NUL */
void crc32c_text(uint32_t sum, char out[CRC32C_TEXT_SIZE]);

#endif
