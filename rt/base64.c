/* base64.c: libcrypto's coder, with its sizes checked. */
#include "base64.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

char *base64_encode(const void *data, size_t size)
{
    char *text = size < INT_MAX / 2 ? malloc((size + 2) / 3 * 4 + 1) : NULL;
    if (text)
        EVP_EncodeBlock((unsigned char *)text, data, (int)size);
    return text;
}

char *base64_decode_text(const char *text)
{
    size_t length = strlen(text);
    char *out = length < INT_MAX / 2 ? malloc(length + 1) : NULL;
    EVP_ENCODE_CTX *context = EVP_ENCODE_CTX_new();
    int size = 0, rest = 0;
    bool ok = out && context;
    if (ok) {
        EVP_DecodeInit(context);
        ok = EVP_DecodeUpdate(context, (unsigned char *)out, &size, (const unsigned char *)text, (int)length) >= 0 &&
             EVP_DecodeFinal(context, (unsigned char *)out + size, &rest) == 1;
    }
    EVP_ENCODE_CTX_free(context);
    if (ok) {
        out[size + rest] = 0;
        ok = strlen(out) == (size_t)(size + rest);
    }
    if (ok)
        return out;
    free(out);
    return NULL;
}
