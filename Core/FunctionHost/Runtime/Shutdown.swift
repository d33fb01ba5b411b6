import Glibc
import Synchronization

/// Ends the process within the 500 ms that the host grants after SIGTERM: at once when it is idle, else after the
/// invocation in hand.
///
/// A signal handler may only touch memory and make plain system calls, so the state is three global atomics.
struct Shutdown {
    /// Of the host's 500 ms; what is still running then is cut off.
    private static let graceMilliseconds = 400

    static func install() -> Shutdown {
        // A global is made on first use, which must not be within the handler.
        runtimeSocket.store(-1, ordering: .sequentiallyConsistent)
        isRunning.store(true, ordering: .sequentiallyConsistent)
        isEnding.store(false, ordering: .sequentiallyConsistent)
        signal(SIGPIPE, SIG_IGN)
        signal(SIGALRM) { _ in _exit(128 + SIGTERM) }
        signal(SIGTERM) { _ in Shutdown.terminate() }
        // A host that starts us from a thread of a pool hands down that thread's mask, which may hold both back.
        var ours = sigset_t()
        sigemptyset(&ours)
        sigaddset(&ours, SIGALRM)
        sigaddset(&ours, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &ours, nil)
        return Shutdown()
    }

    /// Idle from when the process waits for work until work has arrived.
    let waiting = LoopbackConnection.Waiting(
        begins: { socket in
            runtimeSocket.store(socket, ordering: .sequentiallyConsistent)
            isRunning.store(false, ordering: .sequentiallyConsistent)
            if isEnding.load(ordering: .sequentiallyConsistent) { _exit(0) }
        },
        ends: { isRunning.store(true, ordering: .sequentiallyConsistent) })

    /// True once SIGTERM has come: no more work is fetched.
    var isRequested: Bool { isEnding.load(ordering: .sequentiallyConsistent) }

    private static func terminate() {
        isEnding.store(true, ordering: .sequentiallyConsistent)
        guard isRunning.load(ordering: .sequentiallyConsistent) || hasWork() else { _exit(0) }
        var timer = itimerval()
        timer.it_value.tv_usec = __suseconds_t(graceMilliseconds * 1000)
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
    }

    /// Work that has arrived but was not yet read must not be dropped.
    private static func hasWork() -> Bool {
        var descriptor = pollfd(
            fd: runtimeSocket.load(ordering: .sequentiallyConsistent), events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }
}

private let runtimeSocket = Atomic<Int32>(-1)
private let isRunning = Atomic<Bool>(true)
private let isEnding = Atomic<Bool>(false)
