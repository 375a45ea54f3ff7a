/* base64.h: RFC 4648 4. */
#ifndef HYPE_RT_BASE64_H
#define HYPE_RT_BASE64_H

#include <stddef.h>

/* With padding, on one line; a new string, NULL when memory is out. */
char *base64_encode(const void *data, size_t size);
/* TEXT, in which there may be line breaks, must be the encoding of text without a NUL: a new string, else NULL. */
char *base64_decode_text(const char *text);

#endif
