/* What only gcc knows must not keep libclang from reading a unit. */
#include <hype/hype.h>

#if !defined FROM_COMMAND_LINE || !defined SEPARATE || defined UNDEFINED
#error "a macro option was lost"
#endif

HYPE_FN int flags(const char *text);
int flags(const char *text)
{
    return text[0];
}
