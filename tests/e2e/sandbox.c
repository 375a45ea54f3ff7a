/* sandbox.c: stands in for hype-run and becomes the one beside it, in a place whose kernel has no pidfd_open(2). */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct sock_filter without_pidfd[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int main(int argc, char **argv)
{
    static const struct sock_fprog filter = {sizeof without_pidfd / sizeof *without_pidfd, without_pidfd};
    char path[4096] = "";
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "hype-run");
    (void)argc;
    if (length < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
        return perror("sandbox"), 99;
    strcpy(strrchr(path, '/') + 1, "hype-run");
    execv(path, argv);
    return perror(path), 98;
}
