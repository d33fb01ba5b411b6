package import Domain
import FoundationEssentials
package import Postgres
import Store

/// What a person at the inbox does to a conversation: take it over, give it back, answer, settle an unknown send.
///
/// Every call is one transaction under the conversation's lock. A conversation of another organization is one that does
/// not exist.
package struct ConversationActions: Sendable {
    let database: Database
    let clock: WallClock
    let ids: IDSource

    package init(database: Database, clock: WallClock, ids: IDSource) {
        self.database = database
        self.clock = clock
        self.ids = ids
    }

    /// From now on machines are silent here; what they queued and has not left is withdrawn.
    @discardableResult
    package func takeOver(
        _ id: ConversationID, of organization: OrganizationID, by user: UserID
    ) async throws -> Ownership {
        try await with(id, of: organization) { conversation, connection in
            let taken = conversation.ownership.takenOver(by: user)
            try await connection.pipeline(takingOver(conversation, as: taken))
            return taken
        }
    }

    /// Machines may answer again. A question that nobody has answered is answered now.
    package func giveBack(_ id: ConversationID, of organization: OrganizationID) async throws -> GivenBack {
        let (given, waits) = try await with(id, of: organization) { conversation, connection in
            let now = clock.now()
            let given = conversation.ownership.givenBack()
            guard given != conversation.ownership else { return (given, false) }
            let waits = try await connection.query(.isQuestionWaiting(in: id)).first?["waiting"] == true
            let answering: [Query] =
                waits
                ? [
                    .open(ids.make(), in: id, of: organization, at: now),
                    .enqueue(.turn, key: id.text, for: organization, id: ids.make(), due: now, at: now),
                ] : []
            try await connection.pipeline([.give(id, to: given, status: .open, at: now)] + answering)
            return (given, waits)
        }
        return GivenBack(ownership: given, wakeNeeded: waits ? await isWakeNeeded() : false)
    }

    /// Queues a person's answer, and takes the conversation over for them: a machine never talks on beside them.
    ///
    /// - Parameters:
    ///   - reply: its id is chosen by the caller; the same id again changes nothing.
    ///   - isPersonal: a signed-in person answers at the inbox. Within the customer's open window that goes on when the month's
    ///     messages are used up, and is counted; everything else stops there.
    /// - Throws: `SendRefusal.quotaUsedUp`.
    package func reply(
        _ reply: PersonReply, in id: ConversationID, of organization: OrganizationID, by user: UserID,
        isPersonal: Bool = false
    ) async throws -> QueuedReply {
        _ = try await with(id, of: organization) { conversation, connection in
            let now = clock.now()
            let isFree = isPersonal && MessagingWindow.isOpen(lastInbound: conversation.lastInboundAt, now: now)
            if !isFree { try await count(reply.id, of: organization, at: now, connection) }
            let message = OutboundMessage(
                id: reply.id, author: .user, user: user, body: reply.text, media: reply.media, type: reply.type,
                content: reply.content, part: 0)
            try await connection.pipeline(
                takingOver(conversation, as: conversation.ownership.takenOver(by: user)) + [
                    try .queue(message, in: conversation, isCounted: !isFree, at: now),
                    .enqueue(.send, key: id.text, for: organization, id: ids.make(), due: now, at: now),
                ])
        }
        return QueuedReply(message: reply.id, wakeNeeded: await isWakeNeeded())
    }

    /// Counts a message before it is queued, unless it was queued before. The month's row makes concurrent ones count one after the
    /// other, so that the last message of a plan is sent once.
    private func count(
        _ message: MessageID, of organization: OrganizationID, at now: Date, _ connection: Connection
    ) async throws {
        let rows = try await connection.query(.messageLimit(of: organization, for: message))
        guard let row = rows.first, try row["is_queued"] == false else { return }
        let limit = try Quota(row: row).limit
        let counted = try await connection.query(.countOutbound(1, of: organization, limit: limit, at: now))
        guard !counted.isEmpty else { throw SendRefusal.quotaUsedUp(limit: limit) }
    }

    /// After the commit: whether nobody listens, and a job runner must be invoked.
    func isWakeNeeded() async -> Bool {
        let answer = try? await database.query(.callRunner())
        return (try? answer?.first?["called"]) != true
    }

    private func takingOver(_ conversation: ConversationRecord, as taken: Ownership) -> [Query] {
        guard taken != conversation.ownership else { return [] }
        let now = clock.now()
        return [
            .give(conversation.id, to: taken, status: .open, at: now),
            .cancelQueued(
                in: conversation.id, before: taken.epoch, reason: "A person took the conversation over.", at: now),
        ]
    }

    func with<Result: Sendable>(
        _ id: ConversationID, of organization: OrganizationID,
        _ body: (ConversationRecord, Connection) async throws -> Result
    ) async throws -> Result {
        try await database.transaction(for: organization) { connection in
            guard let row = try await connection.query(.lock(id)).first else {
                throw ConversationActionError.noConversation
            }
            return try await body(try ConversationRecord(row), connection)
        }
    }
}

package struct PersonReply: Sendable, Equatable {
    package var id: MessageID
    package var text: String
    package var media: [MediaReference]
    package var type: MessageType
    package var content: MessageContent?

    package init(
        id: MessageID, text: String, media: [MediaReference] = [], type: MessageType = .text,
        content: MessageContent? = nil
    ) {
        self.id = id
        self.text = text
        self.media = media
        self.type = type
        self.content = content
    }
}

package struct QueuedReply: Sendable, Equatable {
    package let message: MessageID
    /// No job runner listens: invoke one.
    package let wakeNeeded: Bool
}

package struct GivenBack: Sendable, Equatable {
    package let ownership: Ownership
    package let wakeNeeded: Bool
}

package enum ConversationActionError: Error, Sendable, Equatable, CustomStringConvertible {
    case noConversation
    case notUnknown

    package var description: String {
        switch self {
        case .noConversation: "there is no such conversation"
        case .notUnknown: "the message's fate is known"
        }
    }
}
