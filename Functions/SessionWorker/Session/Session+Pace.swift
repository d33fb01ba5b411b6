import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Before an answer: read what was asked, type for a while, and know when it is enough.
extension Session {
    enum Pace: Sendable, Equatable {
        case nothing
        /// Look again after so many seconds.
        case later(Double)
        case refuse(String)
    }

    /// Waits as long as a person would type. Afterwards the outbox decides whether the message may still be said.
    func pace(_ conversation: ConversationID) async throws -> Pace {
        let answers = try await read([.pacing(of: conversation, at: now), .unread(in: conversation)])
        guard let row = answers[0].first else { return .nothing }
        let facts = try PacingFacts(row)
        guard let chat = JID(facts.remoteAddress) else { return .nothing }
        try await markRead(answers[1].map { row throws(PostgresError) in try row["provider_message_id"] }, in: chat)
        guard var pacing = settings.pacing else { return .nothing }
        pacing.isReplyOnly = facts.isReplyOnly
        let decision = pacing.decide(
            now: now, line: facts.line, contact: facts.contact, message: facts.message,
            fraction: environment.randomness.fraction)
        switch decision {
        case .later(let seconds, let reason):
            environment.log.note("a message waits", fields.merging(["why": reason]) { $1 })
            return .later(seconds)
        case .refuse(let reason): return .refuse(reason)
        case .send(let after):
            guard after > 0 else { return .nothing }
            try await type(in: chat)
            try await Task.sleep(for: .seconds(after))
            return .nothing
        }
    }

    /// In groups a receipt names its author, which the road does not keep; there it is left out.
    private func markRead(_ ids: [String], in chat: JID) async throws {
        guard !chat.isGroup, let receipt = Receipt.read(ids, in: chat, at: seconds) else { return }
        try await connection.send(receipt)
    }

    private func type(in chat: JID) async throws {
        isAvailable = true
        try await connection.send(Stanzas.presence(isAvailable: true, name: presenceName))
        try await connection.send(Stanzas.typing(in: chat, isTyping: true))
    }

    /// While a companion is available the phone may stop notifying its owner.
    func stopTyping(in conversation: ConversationID) async {
        guard isAvailable else { return }
        isAvailable = false
        try? await connection.send(Stanzas.presence(isAvailable: false, name: presenceName))
    }
}
