import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Before each message: know when it is enough, have room for its file, read what was asked, and type for a while.
struct SendPacing: Sendable {
    let database: LineDatabase
    let server: StanzaChannel
    let presence: Presence
    /// `nil`: no limits and no typing.
    let pacing: Pacing?
    let room: FileRoom
    let randomness: Randomness
    let log: LineLog

    /// Seconds until a file that has no room yet is looked at again, at least.
    private static let fileWait = 3.0
    /// Real seconds for which a file waits for room in its place among the messages under way: the line's other messages want it too.
    private static let patience = 5.0

    /// Waits as long as a person would type. Afterwards the outbox decides whether the message may still be said.
    func permission(in conversation: ConversationID) async throws -> SendPermission {
        let answers = try await database.read([
            .pacing(of: conversation, at: database.now), .unread(in: conversation),
        ])
        guard let row = answers[0].first else { return .granted }
        let facts = try PacingFacts(row)
        guard let chat = JID(facts.remoteAddress) else { return .granted }
        let decision = decision(facts)
        switch decision {
        case .later(let seconds, let reason):
            log.note("a message waits", ["why": reason])
            return .later(seconds: seconds)
        case .refuse(let reason): return .refused(facts.messageID, code: "pacing", reason: reason)
        case .send, nil: break
        }
        guard try await hasRoom(facts) else { return .later(seconds: Self.fileWait * (1 + randomness.fraction)) }
        // Only now: a message that is put off again and again reads nothing meanwhile.
        try await markRead(answers[1].map { row throws(PostgresError) in try row["provider_message_id"] }, in: chat)
        if case .send(let seconds) = decision, seconds > 0 {
            try await presence.type(in: chat)
            try await Task.sleep(for: .seconds(seconds))
        }
        return .granted
    }

    private func hasRoom(_ facts: PacingFacts) async throws -> Bool {
        if facts.hasFile { return try await room.take(MediaTransfer.mostBytes, within: Self.patience) }
        room.giveBack()
        return true
    }

    private func decision(_ facts: PacingFacts) -> Pacing.Decision? {
        guard var pacing else { return nil }
        pacing.isReplyOnly = facts.isReplyOnly
        return pacing.decide(
            now: database.now, line: facts.line, contact: facts.contact, message: facts.message,
            fraction: randomness.fraction)
    }

    /// In groups a receipt names its author, which the road does not keep; there it is left out.
    private func markRead(_ ids: [String], in chat: JID) async throws {
        guard !chat.isGroup, let receipt = Receipt.read(ids, in: chat, at: Stanzas.secondsNow) else { return }
        try await server.send(receipt)
    }
}
