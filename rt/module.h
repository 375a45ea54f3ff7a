/* module.h: which file of this process an address lies in. */
#ifndef HYPE_RT_MODULE_H
#define HYPE_RT_MODULE_H

#include <stdbool.h>
#include <stdint.h>

struct module {
    char path[4096]; /* /proc/self/exe for the program itself */
    uint64_t base;   /* what the file's own addresses are moved by */
    bool program;
};
bool module_find(uint64_t address, struct module *module);

/* The path of the file NAME in the folder of the file that ADDRESS lies in; a new string, or NULL. */
char *module_beside(const void *address, const char *name);

/* The path of the loaded library NAME: its file name or its path. False when there is none. */
bool module_path(const char *name, char path[4096]);

#endif
