/* debug_functions.h: what rt/debug_library.h takes of libdw and libelf, in the order of its table, which hypecc writes
 * for static programs. */
#ifndef HYPE_RT_DEBUG_FUNCTIONS_H
#define HYPE_RT_DEBUG_FUNCTIONS_H

#define DWARF_FUNCTIONS(X)                                                                                             \
    X(dwarf_attr)                                                                                                      \
    X(dwarf_child)                                                                                                     \
    X(dwarf_cu_info)                                                                                                   \
    X(dwarf_diename)                                                                                                   \
    X(dwarf_filesrc)                                                                                                   \
    X(dwarf_formudata)                                                                                                 \
    X(dwarf_getsrc_die)                                                                                                \
    X(dwarf_getsrcfiles)                                                                                               \
    X(dwarf_haspc)                                                                                                     \
    X(dwarf_lineno)                                                                                                    \
    X(dwarf_linesrc)                                                                                                   \
    X(dwarf_siblingof)                                                                                                 \
    X(dwarf_tag)                                                                                                       \
    X(dwfl_begin)                                                                                                      \
    X(dwfl_build_id_find_elf)                                                                                          \
    X(dwfl_end)                                                                                                        \
    X(dwfl_module_addrdie)                                                                                             \
    X(dwfl_module_addrinfo)                                                                                            \
    X(dwfl_module_nextcu)                                                                                              \
    X(dwfl_offline_section_address)                                                                                    \
    X(dwfl_report_begin)                                                                                               \
    X(dwfl_report_elf)                                                                                                 \
    X(dwfl_report_end)                                                                                                 \
    X(dwfl_standard_find_debuginfo)                                                                                    \
    X(elf_begin)                                                                                                       \
    X(elf_compress)                                                                                                    \
    X(elf_end)                                                                                                         \
    X(elf_getdata)                                                                                                     \
    X(elf_getshdrstrndx)                                                                                               \
    X(elf_nextscn)                                                                                                     \
    X(elf_strptr)                                                                                                      \
    X(elf_version)                                                                                                     \
    X(gelf_getshdr)

#endif
