/*
 * aws_service.h: keys that are handed out for a while by services of Amazon (to a pod with a role: IAM roles for
 * service accounts, EKS Pod Identity; to a container of ECS; to an EC2 machine with a role), or by a program.
 */
#ifndef HYPE_RT_AUTH_AWS_SERVICE_H
#define HYPE_RT_AUTH_AWS_SERVICE_H

#include "aws.h"

#include <stdbool.h>
#include <time.h>

struct aws_lent {
    struct aws_keys keys;
    time_t expires; /* INT64_MAX: they last */
};

/* Who hands them out, if the surroundings name it. FETCH, in a task, replaces *LENT. */
struct aws_service {
    bool (*named)(void);
    int (*fetch)(struct aws_lent *lent, hype_error **error);
};
/* By the token in AWS_WEB_IDENTITY_TOKEN_FILE for the role AWS_ROLE_ARN (RFC 7523 tokens; STS, AWS_ENDPOINT_URL_STS).
 */
extern const struct aws_service aws_web_identity;
/* The profile's credential_process, a command for sh. */
extern const struct aws_service aws_process;
/* AWS_CONTAINER_CREDENTIALS_FULL_URI or …_RELATIVE_URI, with AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE or …_TOKEN. */
extern const struct aws_service aws_container;
/* The metadata service, version 2; always named unless AWS_EC2_METADATA_DISABLED is true. */
extern const struct aws_service aws_machine;

const char *aws_variable(const char *name); /* of the environment; NULL where it is not set or empty */

#endif
