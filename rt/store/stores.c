/* stores.c: the table of stores that programs have. */
#include "store.h"

const struct store_operations *const stores[] = {&store_file, &store_gs, &store_s3, NULL};
