/* jwt.h: JSON Web Tokens (RFC 7519) signed with RS256. */
#ifndef HYPE_RT_AUTH_JWT_H
#define HYPE_RT_AUTH_JWT_H

#include "../error.h"

#include <jansson.h>

/* KEY is a private RSA key as PEM text; KEY_ID may be NULL. *JWT is a new string. */
int jwt_sign(const json_t *claims, const char *key, const char *key_id, char **jwt, hype_error **error);

#endif
