#include <hype/hype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <pthread.h>

struct incomplete;
typedef struct incomplete *handle;

HYPE_FN void f1(FILE *stream) { (void)stream; }
HYPE_FN void f2(DIR *directory) { (void)directory; }
HYPE_FN void f3(va_list arguments) { (void)arguments; }
HYPE_FN void f4(void *block) { (void)block; }
HYPE_FN void *f5(void) { return 0; }
HYPE_FN void f6(handle opaque) { (void)opaque; }
HYPE_FN void f7(struct incomplete **opaque) { (void)opaque; }
HYPE_FN void f8(int (*print)(const char *, ...)) { (void)print; }
HYPE_FN void f9(int numbers[]) { (void)numbers; }
HYPE_FN void f10(int numbers[][3]) { (void)numbers; }
HYPE_FN void f11(int (*numbers)[]) { (void)numbers; }
HYPE_FN void f12(char *_Atomic text) { (void)text; }
struct atomic {
    char *_Atomic text;
};
HYPE_FN void f13(struct atomic atomic) { (void)atomic; }
HYPE_FN void f14(pthread_mutex_t *mutex) { (void)mutex; }
HYPE_FN void f15(FILE stream) { (void)stream; }
HYPE_FN void f16(size_t n, double a[n % 2 ? n : 1]) { (void)a; }
HYPE_FN void f17(HYPE_COUNTED_BY(3) void *block) { (void)block; }
HYPE_FN void f18(void (**functions)(void *, ...)) { (void)functions; }
