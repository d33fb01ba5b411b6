import Glibc

/// What work costs whatever else the machine is doing: the clock on the wall also counts the others' turns.
package enum ProcessorTime {
    /// Seconds that the processor has spent on this thread. For work that stays on its thread from one reading to the next.
    package static var ofThread: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
