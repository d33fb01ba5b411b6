package import Domain
package import FoundationEssentials
import Postgres
package import Store

/// A person writes to a number, whether or not it ever wrote to them.
package enum SendRefusal: Error, Sendable, Equatable {
    case noChannel
    /// The channel's kind can't be written to through here.
    case unsupportedChannel(ChannelKind)
    case channelNotConnected(reason: String)
    /// The line's pacing forbids to begin a chat now.
    case paced(reason: String)
    /// A group or a hidden id that never wrote to the line.
    case unknownChat
    case optedOut
    /// The month's messages are used up.
    case quotaUsedUp(limit: Int)
    /// The 24-hour window is closed: since when, or `nil` when the customer never wrote.
    case windowClosed(since: Date?)
}

extension ConversationActions {
    /// The conversation with `number` on a channel, made when there is none yet and the channel may start one.
    package func thread(
        with number: PhoneNumber, on channel: ChannelRecord, of organization: OrganizationID
    ) async throws -> ConversationID {
        if channel.kind == .whatsappWeb { return try await linkedThread(with: number, on: channel, of: organization) }
        guard channel.kind == .whatsappTwilio || channel.kind == .sandbox else {
            throw SendRefusal.unsupportedChannel(channel.kind)
        }
        guard channel.status == "connected", let local = channel.address else {
            throw SendRefusal.channelNotConnected(reason: channel.statusReason)
        }
        let remote = number.whatsappAddress
        return try await database.transaction(for: organization) { connection in
            let rows = try await connection.query(
                .chat(with: remote, at: local, on: channel.id, kind: channel.kind, of: organization))
            if let row = rows.first { return try row["id"] }
            guard !MessagingWindow.applies(to: channel.kind, address: local) else {
                throw SendRefusal.windowClosed(since: nil)
            }
            return try await open(channel, local: local, remote: remote, of: organization, connection)
        }
    }

    /// Whether a person may write freely in this conversation now. What was queued before, by a try of the same request whose answer
    /// got lost, is not asked about again.
    /// - Parameter message: what is to be written.
    package func checkSendable(
        _ message: MessageID, in conversation: ConversationView, of organization: OrganizationID
    ) async throws {
        let queued = try await database.pipeline(for: organization, [.isQueued(message)])
        if queued.joined().isEmpty { try checkSendable(conversation) }
    }

    private func checkSendable(_ conversation: ConversationView) throws(SendRefusal) {
        guard !conversation.isOptedOut else { throw .optedOut }
        guard MessagingWindow.applies(to: conversation.kind, address: conversation.localAddress) else { return }
        guard MessagingWindow.isOpen(lastInbound: conversation.lastInboundAt, now: clock.now()) else {
            throw .windowClosed(since: MessagingWindow.closes(lastInbound: conversation.lastInboundAt))
        }
    }

    func open(
        _ channel: ChannelRecord, local: String, remote: String, of organization: OrganizationID,
        _ connection: Connection
    ) async throws -> ConversationID {
        let rows = try await connection.query(
            .startConversation(
                with: remote, at: local, on: channel.id, kind: channel.kind, ids: InboundIDs(ids), at: clock.now()))
        guard let row = rows.first else { throw ConversationActionError.noConversation }
        return try row["id"]
    }
}
