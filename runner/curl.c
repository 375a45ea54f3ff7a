/* curl.c: the libcurl of hype-run, and the certificate authorities for images that have none of their own. */
#define CURL_TABLE_ITSELF
#include "curl.h"

__asm__(".pushsection .rodata.hype_authorities, \"a\"\n"
        ".hidden hype_authorities, hype_authorities_end\n"
        ".globl hype_authorities, hype_authorities_end\n"
        "hype_authorities: .incbin \"" HYPE_AUTHORITIES "\"\n"
        "hype_authorities_end: .byte 0\n"
        ".popsection\n");
extern const char hype_authorities[] __attribute__((visibility("hidden"))),
    hype_authorities_end[] __attribute__((visibility("hidden")));

const struct curl_built_in curl_built_in = {
    .table =
        {
#define CURL_FILLED(name) .name##_ = name,
            CURL_FUNCTIONS(CURL_FILLED)
#undef CURL_FILLED
        },
    .authorities = hype_authorities,
    .authorities_end = hype_authorities_end,
};
