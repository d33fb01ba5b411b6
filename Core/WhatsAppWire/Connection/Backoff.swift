/// How long to wait before the next attempt: Fibonacci from one second, ten percent up or down, fifteen minutes at most.
/// Begins anew once a connection was logged in for a while, not when the socket opens.
package struct Backoff: Sendable, Equatable {
    package static let maximum = 900.0

    private var current = 1.0
    private var following = 1.0

    package init() {}

    /// After so many failures in a row.
    package init(after failures: Int) {
        // Ninety minutes and more in, each pause is the longest.
        for _ in 0..<min(max(0, failures), 32) { grow() }
    }

    /// Seconds to wait, for the attempt after this failure.
    package mutating func next(using random: inout some RandomNumberGenerator) -> Double {
        let delay = current
        grow()
        return min(delay * Double.random(in: 0.9...1.1, using: &random), Self.maximum)
    }

    private mutating func grow() {
        (current, following) = (following, min(current + following, Self.maximum))
    }

    package mutating func reset() {
        self = Backoff()
    }
}
