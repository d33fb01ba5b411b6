/// How long to wait before the next attempt: Fibonacci from one second, ten percent up or down, fifteen minutes at most.
/// Reset on `success`, not when the socket opens.
package struct Backoff: Sendable, Equatable {
    package static let maximum = 900.0

    private var current = 1.0
    private var following = 1.0

    package init() {}

    /// Seconds to wait, for the attempt after this failure.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Double {
        let delay = current
        (current, following) = (following, min(current + following, Self.maximum))
        return min(delay * Double.random(in: 0.9...1.1, using: &random), Self.maximum)
    }

    package mutating func reset() {
        self = Backoff()
    }
}
