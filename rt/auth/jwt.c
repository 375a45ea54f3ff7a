/* jwt.c: header and claims as base64url, and a signature over both. */
#include "jwt.h"

#include "../base64.h"
#include "../util.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

/* RFC 4648 5, without padding; a new string. */
static char *base64url(const void *data, size_t size)
{
    char *text = base64_encode(data, size);
    for (char *c = text; c && *c; c++)
        *c = *c == '+' ? '-' : *c == '/' ? '_' : *c == '=' ? 0 : *c;
    return text;
}

static char *base64url_json(const json_t *value)
{
    char *text = value ? json_dumps(value, JSON_COMPACT) : NULL;
    char *encoded = text ? base64url(text, strlen(text)) : NULL;
    free(text);
    return encoded;
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, (void *)"") : NULL;
    BIO_free(bio);
    return key;
}

/* The signature of TEXT as base64url; NULL on failure. */
static char *sign(EVP_PKEY *key, const char *text)
{
    size_t size = 0;
    unsigned char *bytes = NULL;
    char *encoded = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
        EVP_DigestSign(context, NULL, &size, (const unsigned char *)text, strlen(text)) == 1 &&
        (bytes = malloc(size)) && EVP_DigestSign(context, bytes, &size, (const unsigned char *)text, strlen(text)) == 1)
        encoded = base64url(bytes, size);
    free(bytes);
    EVP_MD_CTX_free(context);
    return encoded;
}

int jwt_sign(const json_t *claims, const char *key, const char *key_id, char **jwt, hype_error **error)
{
    json_t *header = json_pack("{ss ss ss*}", "alg", "RS256", "typ", "JWT", "kid", key_id);
    cleanup_free char *head = base64url_json(header), *body = base64url_json(claims);
    json_decref(header);
    cleanup_free char *text = head && body ? text_format("%s.%s", head, body) : NULL;
    if (!text)
        return error_memory(error);
    EVP_PKEY *private_key = read_key(key);
    if (!private_key || EVP_PKEY_get_base_id(private_key) != EVP_PKEY_RSA) {
        EVP_PKEY_free(private_key);
        return error_set(error, HYPE_FORMAT, "the private key is no RSA key in PEM form");
    }
    cleanup_free char *signature = sign(private_key, text);
    EVP_PKEY_free(private_key);
    if (!signature)
        return error_set(error, HYPE_SYSTEM, "OpenSSL cannot sign with the private key");
    *jwt = text_format("%s.%s", text, signature);
    return *jwt ? 0 : error_memory(error);
}
