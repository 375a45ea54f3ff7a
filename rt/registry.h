/* registry.h: the units, functions and types that this program, its libraries or a remote object brought along. */
#ifndef HYPE_RT_REGISTRY_H
#define HYPE_RT_REGISTRY_H

#include "util.h"

#include <hype/generated.h>

/* By address, by name and signature (any signature when 0), by registry_function_id(). False when there is none. */
bool registry_find_function(hype_function function, const struct hype_unit **unit, const struct hype_entry **entry);
bool registry_find_name(const char *name, uint64_t signature, const struct hype_unit **unit,
                        const struct hype_entry **entry);
const struct hype_entry *registry_find_id(uint64_t id);

/* hype-run's: units that are registered from now on without a remote object get this one. It must last. */
void registry_offer_remote(const struct hype_remote *remote);

/* 56 bits that name a function across programs: of its name and prototype. */
uint64_t registry_function_id(const struct hype_entry *entry);

#endif
