#pragma once
#include <sys/types.h>

/// What a child process gets. Strings and arrays are NULL-terminated as for execve.
struct child {
    const char *path;
    const char *const *arguments;
    const char *const *environment;
    const char *directory;
    /// Becomes both standard output and standard error.
    int output;
    /// Bytes of private writable memory (RLIMIT_DATA); 0 for no limit.
    unsigned long long data_limit;
    /// RLIMIT_NOFILE, as far as this process may give it.
    unsigned long long descriptors;
};

/// Starts a process in a process group of its own that the kernel kills when the calling THREAD dies: call from a
/// thread that lives as long as the program. Standard input is /dev/null, no other descriptor is inherited.
/// Returns the pid, or the negated errno of whatever failed, execve included.
pid_t spawn_child(const struct child *child);

/// A pipe for a child's output that no child inherits; both ends are -1 when there is none to be had.
struct output_pipe { int reader; int writer; };
struct output_pipe output_pipe(void);

/// A descriptor that becomes readable when the process ends, or -1.
int process_descriptor(pid_t pid);

/// Reaps a process that has ended. Returns its pid or -1; `*kilobytes` is its peak resident size.
pid_t reap_child(pid_t pid, int *status, long *kilobytes);
