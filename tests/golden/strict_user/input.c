#include <hype/hype.h>
#pragma pack(1)

struct packed_by_pragma {
    char c;
    char *text;
};
__attribute__((deprecated)) HYPE_FN int old(struct packed_by_pragma *value, int64_t wide, char small);
int old(struct packed_by_pragma *value, int64_t wide, char small)
{
    return value->c + (int)wide + small;
}
