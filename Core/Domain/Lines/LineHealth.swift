package import FoundationEssentials

/// What is known about a line's last seven days (thirty for suspensions).
package struct LineSignals: Sendable, Equatable {
    package var linkedAt: Date?
    package var sent: Int
    /// Messages that WhatsApp refused or that never arrived.
    package var failed: Int
    /// People written to, and those of them who wrote as well.
    package var contacts: Int
    package var contactsWhoWrote: Int
    /// Chats the business began.
    package var started: Int
    /// People who asked not to be written to, and first messages that WhatsApp refused to deliver (463).
    package var blocks: Int
    /// Connections lost.
    package var drops: Int
    package var suspensions: Int
    package var sentLastDay: Int

    package init(
        linkedAt: Date?, sent: Int = 0, failed: Int = 0, contacts: Int = 0, contactsWhoWrote: Int = 0, started: Int = 0,
        blocks: Int = 0, drops: Int = 0, suspensions: Int = 0, sentLastDay: Int = 0
    ) {
        self.linkedAt = linkedAt
        self.sent = sent
        self.failed = failed
        self.contacts = contacts
        self.contactsWhoWrote = contactsWhoWrote
        self.started = started
        self.blocks = blocks
        self.drops = drops
        self.suspensions = suspensions
        self.sentLastDay = sentLastDay
    }
}

/// How likely a line is to keep working, 0 to 100, and why it is not 100. The weights are ours: WhatsApp publishes none.
package struct LineHealth: Sendable, Equatable {
    package enum Grade: String, Sendable, CaseIterable {
        case good, fair, poor
    }

    package struct Reason: Sendable, Equatable {
        /// Points it costs, 1 to 40.
        package let cost: Int
        /// A plain sentence with the values that mattered.
        package let sentence: String
    }

    package let score: Int
    /// The costliest first.
    package let reasons: [Reason]

    package var grade: Grade { score >= 80 ? .good : score >= 50 ? .fair : .poor }

    package init(_ signals: LineSignals, at now: Date) {
        let days = LineActivity(linkedAt: signals.linkedAt).age(at: now)
        let all = [
            Self.age(signals, days), Self.cold(signals), Self.silence(signals), Self.failures(signals),
            Self.blocks(signals), Self.volume(signals, days), Self.drops(signals), Self.suspensions(signals),
        ]
        reasons = all.compactMap { $0 }.sorted { $0.cost > $1.cost }
        score = max(0, 100 - reasons.reduce(0) { $0 + $1.cost })
    }

    /// People whose answers are needed before a share of them says anything.
    private static let fewest = 5

    private static func reason(_ cost: Double, _ sentence: String) -> Reason? {
        let points = Int(cost.rounded())
        return points > 0 ? Reason(cost: points, sentence: sentence) : nil
    }

    private static func age(_ signals: LineSignals, _ days: Int) -> Reason? {
        guard signals.linkedAt != nil else { return reason(20, "The number is not linked.") }
        let cost: Double = days < 1 ? 15 : days < 7 ? 10 : days < 30 ? 5 : 0
        return reason(cost, "The number was linked \(days == 0 ? "today" : days == 1 ? "yesterday" : "\(days) days ago"); new lines are watched closely.")
    }

    private static func cold(_ signals: LineSignals) -> Reason? {
        guard signals.contacts > 0 else { return nil }
        let share = ratio(signals.started, signals.contacts)
        return reason(
            30 * min(1, share / 0.5),
            "\(signals.started) of \(signals.contacts) people were written to without having written first.")
    }

    private static func silence(_ signals: LineSignals) -> Reason? {
        guard signals.contacts >= fewest else { return nil }
        let share = ratio(signals.contactsWhoWrote, signals.contacts)
        return reason(
            20 * max(0, 0.6 - share) / 0.6, "\(signals.contactsWhoWrote) of \(signals.contacts) people wrote back.")
    }

    private static func failures(_ signals: LineSignals) -> Reason? {
        let tries = signals.sent + signals.failed
        return reason(
            20 * min(1, ratio(signals.failed, tries) / 0.1), "\(signals.failed) of \(tries) messages were not delivered.")
    }

    private static func blocks(_ signals: LineSignals) -> Reason? {
        reason(Double(min(25, 5 * signals.blocks)), "People who asked for silence or could not be reached: \(signals.blocks).")
    }

    private static func volume(_ signals: LineSignals, _ days: Int) -> Reason? {
        let limit = LineLimits.after(days: days).perDay
        let share = ratio(signals.sentLastDay, limit)
        return reason(
            15 * min(1, max(0, share - 0.5) / 0.5),
            "\(signals.sentLastDay) messages in a day; a line of this age should stay well below \(limit).")
    }

    private static func drops(_ signals: LineSignals) -> Reason? {
        reason(Double(min(10, signals.drops / 3)), "Lost connections in seven days: \(signals.drops).")
    }

    private static func suspensions(_ signals: LineSignals) -> Reason? {
        signals.suspensions > 0
            ? reason(40, "Suspensions by WhatsApp in thirty days: \(signals.suspensions).") : nil
    }

    private static func ratio(_ part: Int, _ whole: Int) -> Double {
        whole > 0 ? Double(part) / Double(whole) : 0
    }
}
