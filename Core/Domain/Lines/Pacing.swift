package import FoundationEssentials

/// When a message may leave a WhatsApp Web line, if at all: limits per line and per contact, warm-up by the line's age, and
/// the time a person would take to type. Keeps a line from behaving like a machine that writes to strangers, which is what
/// gets numbers banned.
package struct Pacing: Sendable, Equatable {
    package enum Decision: Sendable, Equatable {
        /// Seconds to wait (typing) before it is handed over.
        case send(after: Double)
        /// Look again after so many seconds. The reason is a plain sentence.
        case later(Double, reason: String)
        /// Never, as things are. The reason is a plain sentence.
        case refuse(reason: String)
    }

    /// Only people who wrote first are written to.
    package var isReplyOnly: Bool
    package var contactLimits: ContactLimits
    package var typing: TypingTime

    package init(
        isReplyOnly: Bool = true, contactLimits: ContactLimits = ContactLimits(), typing: TypingTime = TypingTime()
    ) {
        self.isReplyOnly = isReplyOnly
        self.contactLimits = contactLimits
        self.typing = typing
    }

    /// - Parameter fraction: a random number in 0..<1: typing time and the wait for a limit vary by it.
    package func decide(
        now: Date, line: LineActivity, contact: ContactActivity, message: PacedMessage, fraction: Double
    ) -> Decision {
        if let reason = refusal(now: now, contact: contact, message: message) { return .refuse(reason: reason) }
        let limits = LineLimits.after(days: line.age(at: now))
        let full = isStart(contact) ? startLimit(line, limits) : nil
        if let full = full ?? contactLimit(contact, message) ?? lineLimit(line, limits) {
            // Spread, so that what waited for one limit does not leave in one burst.
            return .later(full.wait * (1 + fraction / 2), reason: full.reason)
        }
        return .send(after: typing.seconds(for: message, fraction: fraction))
    }

    /// Whether a person may begin a chat with somebody now, for an answer before anything is queued. `nil`: they may.
    package func objectionToStart(now: Date, line: LineActivity) -> String? {
        if isReplyOnly { return Self.replyOnly }
        return startLimit(line, LineLimits.after(days: line.age(at: now)))?.reason
    }

    // MARK: The rules

    private struct Full {
        let wait: Double
        let reason: String
    }

    private static let replyOnly =
        "This line only answers people who wrote to it first; that keeps the number from being banned."

    private func isStart(_ contact: ContactActivity) -> Bool {
        contact.lastInboundAt == nil && contact.sentSinceInbound == 0
    }

    private func refusal(now: Date, contact: ContactActivity, message: PacedMessage) -> String? {
        guard contact.lastInboundAt == nil else {
            guard !message.isFromPerson, contact.sentSinceInbound >= contactLimits.unanswered else { return nil }
            return "\(contact.sentSinceInbound) messages in a row had no answer; the line waits until the customer writes."
        }
        if isReplyOnly { return Self.replyOnly }
        guard contact.sentSinceInbound >= contactLimits.beforeFirstAnswer else { return nil }
        return "This person has never written to the line; after the first message it waits for their answer."
    }

    private func startLimit(_ line: LineActivity, _ limits: LineLimits) -> Full? {
        guard line.startedLastDay >= limits.startsPerDay else { return nil }
        return Full(
            wait: 3_600,
            reason: "At this line's age it may begin \(limits.startsPerDay) chats a day, and it has.")
    }

    private func contactLimit(_ contact: ContactActivity, _ message: PacedMessage) -> Full? {
        first(
            (contact.sentLastMinute, contactLimits.perMinute, .minute),
            // A person may go on talking; a machine that does is talking to another machine.
            (contact.sentLastHour, message.isFromPerson ? .max : contactLimits.perHour, .hour),
            (contact.sentLastDay, message.isFromPerson ? .max : contactLimits.perDay, .day), to: "this contact")
    }

    private func lineLimit(_ line: LineActivity, _ limits: LineLimits) -> Full? {
        first(
            (line.sentLastMinute, limits.perMinute, .minute), (line.sentLastHour, limits.perHour, .hour),
            (line.sentLastDay, limits.perDay, .day), to: "anybody")
    }

    private enum Window: String {
        case minute, hour, day

        /// Seconds after which some of the window has passed.
        var share: Double {
            switch self {
            case .minute: 15
            case .hour: 300
            case .day: 1_800
            }
        }
    }

    private func first(_ checks: (sent: Int, limit: Int, window: Window)..., to whom: String) -> Full? {
        // The longest window first: its wait is the one that helps.
        guard let full = checks.reversed().first(where: { $0.sent >= $0.limit }) else { return nil }
        return Full(
            wait: full.window.share,
            reason: "The line has sent \(full.sent) messages to \(whom) in the last \(full.window.rawValue); "
                + "\(full.limit) are its limit.")
    }
}
