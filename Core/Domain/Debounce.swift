package import FoundationEssentials

/// When a turn is answered: after a quiet moment, so that several quick messages get one answer, but never later than a
/// bound after the first of them. The due time lives in the turn's row, not in anybody's memory.
package struct Debounce: Sendable, Equatable {
    /// Seconds of quiet that end a turn.
    package var quiet: TimeInterval

    package init(quiet: TimeInterval) {
        precondition(quiet >= 0, "a debounce can't be negative")
        self.quiet = quiet
    }

    /// Seconds after the first message when the turn is due even if the customer keeps writing.
    package var longestWait: TimeInterval { max(10, 5 * quiet) }

    /// The due time after a message at `now` in a turn whose first message came at `opened`.
    package func due(opened: Date, now: Date) -> Date {
        min(now.addingTimeInterval(quiet), opened.addingTimeInterval(longestWait))
    }
}
