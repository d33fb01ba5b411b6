package import Domain
package import FoundationEssentials

/// How messages leave through one kind of channel.
package struct ChannelSender: Sendable {
    /// Hands the message to the provider, once.
    package var send: @Sendable (ChannelDraft) async -> SendResult
    /// Looks for a message whose send had no answer: everything like it that the provider took since an instant.
    package var reconcile: @Sendable (_ draft: ChannelDraft, _ since: Date) async throws -> [SentMessage]
    /// Best effort, never fails; `messageID` is the provider's id of the customer's last message.
    package var showTyping: @Sendable (_ messageID: String) async -> Void
    /// The provider tells a repeat by the id we chose before sending and shows it once: a message whose fate is unknown is
    /// handed over again.
    package var isRepeatable: Bool
    /// Real seconds that one message may take at most, with what the outbox's `mayLeave` waits: none is begun later than that
    /// before the end.
    package var longest: Double

    /// - Parameter longest: see the property; enforced by whoever sends.
    package init(
        send: @escaping @Sendable (ChannelDraft) async -> SendResult,
        reconcile: @escaping @Sendable (ChannelDraft, Date) async throws -> [SentMessage],
        showTyping: @escaping @Sendable (String) async -> Void = { _ in }, isRepeatable: Bool = false,
        longest: Double
    ) {
        self.send = send
        self.reconcile = reconcile
        self.showTyping = showTyping
        self.isRepeatable = isRepeatable
        self.longest = longest
    }
}

/// A message as it leaves.
package struct ChannelDraft: Sendable, Equatable {
    package var id: MessageID
    package var organization: OrganizationID
    package var from: String
    package var to: String
    package var body: String
    package var mediaURLs: [String]
    package var type: MessageType
    package var media: [MediaReference]
    package var content: MessageContent?
    /// The id under which it may have left already.
    package var providerMessageID: String?
    /// How often it was marked as sending, this time included.
    package var marks: Int

    package init(
        id: MessageID, organization: OrganizationID, from: String, to: String, body: String, mediaURLs: [String] = [],
        type: MessageType = .text, media: [MediaReference] = [], content: MessageContent? = nil,
        providerMessageID: String? = nil, marks: Int = 1
    ) {
        self.id = id
        self.organization = organization
        self.from = from
        self.to = to
        self.body = body
        self.mediaURLs = mediaURLs
        self.type = type
        self.media = media
        self.content = content
        self.providerMessageID = providerMessageID
        self.marks = marks
    }
}

package enum SendResult: Sendable, Equatable {
    case accepted(providerID: String)
    /// Only a template may be sent now.
    case windowClosed(code: String?, reason: String)
    case optedOut(code: String?, reason: String)
    /// Not taken; the same message may be handed over again after so many seconds.
    case later(after: Double?, reason: String)
    /// Will never be taken.
    case refused(code: String?, reason: String)
    /// No answer: it may have been taken.
    case unknown(reason: String)
}

/// A message that the provider says it took.
package struct SentMessage: Sendable, Equatable {
    package var providerID: String
    package var body: String
    package var createdAt: Date?
    /// How far it has come by the provider's word: sent, delivered, read or failed.
    package var status: MessageStatus
    /// Of one that failed.
    package var errorCode: String?
    package var reason: String?
    /// The customer wants no messages; of one that failed.
    package var optsOut: Bool

    package init(
        providerID: String, body: String, createdAt: Date?, status: MessageStatus = .sent, errorCode: String? = nil,
        reason: String? = nil, optsOut: Bool = false
    ) {
        self.providerID = providerID
        self.body = body
        self.createdAt = createdAt
        self.status = status
        self.errorCode = errorCode
        self.reason = reason
        self.optsOut = optsOut
    }
}
