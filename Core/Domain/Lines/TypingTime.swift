/// How long somebody takes to read a message and type the answer, so that replies don't appear at a machine's speed.
package struct TypingTime: Sendable, Equatable {
    /// Characters a second: a quick typist with a few phrases at hand.
    package var speed: Double
    /// Seconds.
    package var shortest: Double
    package var longest: Double

    package init(speed: Double = 30, shortest: Double = 0.8, longest: Double = 8) {
        self.speed = speed
        self.shortest = shortest
        self.longest = longest
    }

    /// Messages leave as they are ready: benchmarks, tests.
    package static let none = TypingTime(speed: .infinity, shortest: 0, longest: 0)

    /// Seconds still to wait: what the reader has waited already counts, and what a person wrote is typed. `fraction`
    /// (0..<1) moves it by up to a quarter either way.
    package func seconds(for message: PacedMessage, fraction: Double) -> Double {
        guard !message.isFromPerson else { return 0 }
        let length = Double(max(0, message.length))
        let typed = min(longest, max(shortest, length / speed)) * (0.75 + fraction / 2)
        return max(0, typed - max(0, message.waited))
    }
}
