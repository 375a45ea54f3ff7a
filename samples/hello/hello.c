/*
 * hello: the smallest remote call.
 *
 *   hypecc hello.c -o hello && ./hello
 *
 * The function runs in another process; HYPE_LOG=info tells how.
 */
#include <hype/hype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

HYPE_FN char *greet(const char *name, int *pid)
{
    static const char world[] = " world!";
    char *greeting = malloc(strlen(name) + sizeof world);
    if (greeting)
        strcat(strcpy(greeting, name), world);
    printf("greeting from process %d\n", (int)getpid());
    *pid = (int)getpid();
    return greeting;
}

int main(void)
{
    char *greeting;
    int pid;
    hype_env env = hype_with_request(hype_default_env, "cpu", "750m");

    if (hype_submit(NULL, env, hype_bind(greet, "hello", &pid), &greeting) < 0) {
        hype_perror("greet");
        return 1;
    }
    printf("%s (said process %d to process %d)\n", greeting, pid, (int)getpid());
    free(greeting);
    return 0;
}
