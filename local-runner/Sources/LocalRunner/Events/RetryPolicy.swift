import Domain

/// What becomes of an asynchronous event after an attempt. Pure.
struct RetryPolicy: Sendable, Equatable {
    /// Seconds before the second and the third attempt.
    var delays: [Double] = [60, 120]
    /// Throttling back-off: doubles from the first to the second, seconds.
    var throttleRange: ClosedRange<Double> = 1...300

    /// One event's history up to and including the attempt that just ended.
    struct History: Sendable, Equatable {
        /// Times the function ran and failed.
        var attempts: Int
        /// Times in a row that no process was free.
        var throttles: Int
        /// Seconds since the event was accepted.
        var age: Double
    }

    enum Condition: String, Sendable {
        case retriesExhausted = "RetriesExhausted"
        case eventAgeExceeded = "EventAgeExceeded"
    }

    enum Decision: Sendable, Equatable {
        /// Again after so many seconds.
        case again(after: Double)
        case giveUp(Condition)
    }

    func afterFailure(_ history: History, maximumRetries: Int, maximumAge: Int) -> Decision {
        guard history.attempts <= maximumRetries else { return .giveUp(.retriesExhausted) }
        let delay = delays.isEmpty ? 0 : delays[min(max(0, history.attempts - 1), delays.count - 1)]
        return within(maximumAge, history.age, delay)
    }

    func afterThrottling(_ history: History, maximumAge: Int) -> Decision {
        let backoff = Backoff(base: throttleRange.lowerBound, limit: throttleRange.upperBound, chance: 0)
        return within(maximumAge, history.age, backoff.delay(after: history.throttles))
    }

    private func within(_ maximumAge: Int, _ age: Double, _ delay: Double) -> Decision {
        age + delay > Double(maximumAge) ? .giveUp(.eventAgeExceeded) : .again(after: delay)
    }
}
