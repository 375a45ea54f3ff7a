/* local.c: the table of stores where only the C library is to be needed: in hype-run and in -static programs. */
#include "store.h"

const struct store_operations *const stores[] = {&store_file, NULL};
