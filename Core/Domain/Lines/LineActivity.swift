package import FoundationEssentials

/// What a line has done lately, counted back from now. Messages that left, not those that wait or failed.
package struct LineActivity: Sendable, Equatable {
    /// When the number was linked; `nil` counts as today.
    package var linkedAt: Date?
    package var sentLastMinute: Int
    package var sentLastHour: Int
    package var sentLastDay: Int
    /// Chats of the last day that the business began: people who had never written to the line.
    package var startedLastDay: Int
    package var lastSentAt: Date?

    package init(
        linkedAt: Date?, sentLastMinute: Int = 0, sentLastHour: Int = 0, sentLastDay: Int = 0, startedLastDay: Int = 0,
        lastSentAt: Date? = nil
    ) {
        self.linkedAt = linkedAt
        self.sentLastMinute = sentLastMinute
        self.sentLastHour = sentLastHour
        self.sentLastDay = sentLastDay
        self.startedLastDay = startedLastDay
        self.lastSentAt = lastSentAt
    }

    /// Whole days since the number was linked; 0 on the first day.
    package func age(at now: Date) -> Int {
        guard let linkedAt else { return 0 }
        return max(0, Int(now.timeIntervalSince(linkedAt) / 86_400))
    }
}

/// What passed between a line and one contact (or group) lately.
package struct ContactActivity: Sendable, Equatable {
    /// `nil`: they never wrote to this line.
    package var lastInboundAt: Date?
    /// Messages sent to them since they last wrote, or at all when they never did.
    package var sentSinceInbound: Int
    package var sentLastMinute: Int
    package var sentLastHour: Int
    package var sentLastDay: Int

    package init(
        lastInboundAt: Date?, sentSinceInbound: Int = 0, sentLastMinute: Int = 0, sentLastHour: Int = 0,
        sentLastDay: Int = 0
    ) {
        self.lastInboundAt = lastInboundAt
        self.sentSinceInbound = sentSinceInbound
        self.sentLastMinute = sentLastMinute
        self.sentLastHour = sentLastHour
        self.sentLastDay = sentLastDay
    }
}

/// The message whose turn it is.
package struct PacedMessage: Sendable, Equatable {
    /// A person of the business wrote it: it was typed already.
    package var isFromPerson: Bool
    /// Characters.
    package var length: Int
    /// Seconds since the customer wrote or the person pressed send: time that a reader has already waited.
    package var waited: Double

    package init(isFromPerson: Bool, length: Int, waited: Double) {
        self.isFromPerson = isFromPerson
        self.length = length
        self.waited = waited
    }
}
