/*
 * google.h: who the program is to Google: its application default credentials, found as Google's libraries find them.
 *
 *   1. the file that GOOGLE_APPLICATION_CREDENTIALS names;
 *   2. what `gcloud auth application-default login` left: application_default_credentials.json in CLOUDSDK_CONFIG or
 *      ~/.config/gcloud;
 *   3. the metadata server of a Google machine (GCE_METADATA_HOST instead of metadata.google.internal).
 *
 * Credentials are one for the process. All of it runs in tasks.
 */
#ifndef HYPE_RT_AUTH_GOOGLE_H
#define HYPE_RT_AUTH_GOOGLE_H

#include "../error.h"

#include <stdbool.h>

/* The path of the file with the credentials as a new string, *NAMED where a variable names it; NULL where there is
 * none. */
char *google_credentials_file(bool *named);
/* An access token with at least some minutes left, as a new string. -HYPE_PERMISSION where there are no credentials or
 * where they are refused; says what to do. */
int google_token(char **token, hype_error **error);
/* Forgets TOKEN, which a service has refused, so that the next google_token() gets a new one. */
void google_token_refused(const char *token);
/* The project that is billed for the calls of a person's credentials (header x-goog-user-project), as a new string, or
 * NULL. After google_token(). */
char *google_quota_project(void);

#endif
