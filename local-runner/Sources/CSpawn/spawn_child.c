#define _GNU_SOURCE
#include "spawn_child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// A core file of a function helps nobody and may hold secrets.
static void set_limits(const struct child *child) {
    struct rlimit files = {1024, 1024};
    getrlimit(RLIMIT_NOFILE, &files);
    if (files.rlim_max > child->descriptors) files.rlim_max = child->descriptors;
    files.rlim_cur = files.rlim_max;
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &files);
    setrlimit(RLIMIT_CORE, &none);
    if (child->data_limit > 0) {
        struct rlimit data = {child->data_limit, child->data_limit};
        setrlimit(RLIMIT_DATA, &data);
    }
}

// Ignored signals and the mask survive execve; the child starts with neither.
static void reset_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become(const struct child *child, pid_t parent, int report) {
    reset_signals();
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // The parent died before the line above.
    int null = open("/dev/null", O_RDONLY);
    if (null < 0 || dup2(null, 0) < 0 || dup2(child->output, 1) < 0 || dup2(child->output, 2) < 0) goto failed;
    if (chdir(child->directory) < 0) goto failed;
    set_limits(child);
    syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC);
    execve(child->path, (char *const *)child->arguments, (char *const *)child->environment);
failed:;
    int reason = errno;
    ssize_t written = write(report, &reason, sizeof reason);
    _exit(written == sizeof reason ? 127 : 126);
}

pid_t spawn_child(const struct child *child) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) return -errno;
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) become(child, parent, report[1]);
    int failure = pid < 0 ? errno : 0;
    close(report[1]);
    if (pid > 0) {
        ssize_t count;
        do { count = read(report[0], &failure, sizeof failure); } while (count < 0 && errno == EINTR);
        if (count != sizeof failure) failure = 0;
    }
    close(report[0]);
    if (failure == 0) return pid;
    if (pid > 0) waitpid(pid, NULL, 0);
    return -failure;
}

struct output_pipe output_pipe(void) {
    int ends[2];
    struct output_pipe none = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) < 0) return none;
    struct output_pipe made = {ends[0], ends[1]};
    return made;
}

int process_descriptor(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

pid_t reap_child(pid_t pid, int *status, long *kilobytes) {
    struct rusage usage;
    pid_t reaped;
    do { reaped = wait4(pid, status, 0, &usage); } while (reaped < 0 && errno == EINTR);
    if (reaped == pid) *kilobytes = usage.ru_maxrss;
    return reaped;
}
