/*
 * aws.h: who the program is to Amazon's services, and to those that speak like them, found as Amazon's tools do.
 *
 *   1. AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN;
 *   2. a pod's role (IAM roles for service accounts): AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN;
 *   3. the profile AWS_PROFILE (or "default") in ~/.aws/credentials and ~/.aws/config (AWS_SHARED_CREDENTIALS_FILE,
 *      AWS_CONFIG_FILE): keys, or a credential_process; one that takes a role or signs in is refused, since what comes
 *      next would be somebody else;
 *   4. the agent of a container (EKS Pod Identity, ECS): AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI;
 *   5. the metadata service of an EC2 machine, version 2 (AWS_EC2_METADATA_SERVICE_ENDPOINT,
 *      AWS_EC2_METADATA_DISABLED).
 */
#ifndef HYPE_RT_AUTH_AWS_H
#define HYPE_RT_AUTH_AWS_H

#include "../error.h"

/* Strings of its own, or NULL. */
struct aws_keys {
    char *id, *secret;
    char *session; /* NULL for lasting keys */
};

/* In a task. -HYPE_PERMISSION where there are none; says what to do. */
int aws_keys(struct aws_keys *keys, hype_error **error);
void aws_keys_free(struct aws_keys *keys);
#define cleanup_keys __attribute__((cleanup(aws_keys_free)))

const char *aws_profile(void); /* the name of the wanted one */
/* The value of a setting of the wanted profile, as a new string; NULL where it has none. */
char *aws_in_profile(const char *setting);

/* Where the services of a region are: "amazonaws.com", and for China's "amazonaws.com.cn". */
const char *aws_domain(const char *region);

/* What a variable says, else the profile, else NULL; a new string. SETTING is a name in the files ("region"). */
char *aws_setting(const char *const *variables, const char *setting);

#endif
