import SwiftProtobuf

/// What we keep of a history chunk: who is who, the tokens that let us write first, and what
/// was said lately.
package struct HistorySync: Sendable, Equatable {
    package struct PrivacyToken: Sendable, Equatable {
        package let chat: JID
        package let token: [UInt8]
        /// Seconds since 1970.
        package let timestamp: Int64
    }

    package struct Message: Sendable, Equatable {
        package let chat: JID
        package let id: String
        package let isFromMe: Bool
        /// The author, in groups.
        package let participant: JID?
        /// Seconds since 1970.
        package let timestamp: Int64
        package let pushName: String?
        package let content: ReceivedMessage
    }

    private static let maximumMessages = 10_000

    /// - Parameter limit: of the inflated size, in bytes.
    package static func parse(_ deflated: [UInt8], limit: Int = 1 << 26) throws(NodeError) -> HistorySync {
        do {
            return try HistorySync(Zlib.inflate(deflated, limit: limit))
        } catch let failure as Zlib.Failure {
            throw .compression(failure)
        } catch { throw .truncated }
    }

    package let pairs: [LIDPair]
    package let pushNames: [(jid: JID, name: String)]
    package let privacyTokens: [PrivacyToken]
    package let nctSalt: [UInt8]?
    /// Newest first within each chat, as the phone sends them.
    package let messages: [Message]

    private init(_ plain: [UInt8]) throws {
        let history = try WAHistorySync(serializedBytes: plain)
        let listed = history.phoneNumberToLidMappings.compactMap { LIDPair(JID($0.pnJid), JID($0.lidJid)) }
        let chats = history.conversations.compactMap { chat in
            LIDPair(JID(chat.id), chat.hasLidJid ? JID(chat.lidJid) : JID(chat.pnJid))
        }
        pairs = Array(Set(listed + chats))
        pushNames = history.pushnames.compactMap { entry in JID(entry.id).map { ($0, entry.pushname) } }
        privacyTokens = history.conversations.compactMap { chat in
            guard chat.hasTcToken, let jid = JID(chat.id) else { return nil }
            return PrivacyToken(
                chat: jid, token: Array(chat.tcToken), timestamp: Int64(clamping: chat.tcTokenTimestamp))
        }
        nctSalt = history.hasNctSalt ? Array(history.nctSalt) : nil
        let said = history.conversations.lazy.flatMap { chat in chat.messages.lazy.map { (chat.id, $0.message) } }
        messages = said.prefix(Self.maximumMessages).compactMap { Message($0.1, chat: $0.0) }
    }

    package static func == (left: HistorySync, right: HistorySync) -> Bool {
        left.pairs == right.pairs && left.pushNames.map(\.jid) == right.pushNames.map(\.jid)
            && left.pushNames.map(\.name) == right.pushNames.map(\.name)
            && left.privacyTokens == right.privacyTokens && left.nctSalt == right.nctSalt
            && left.messages == right.messages
    }
}

extension HistorySync.Message {
    fileprivate init?(_ info: WAWebMessageInfo, chat: String) {
        guard let chat = JID(chat), !info.key.id.isEmpty, let bytes: [UInt8] = try? info.message.serializedBytes(),
            let content = try? ReceivedMessage(bytes)
        else { return nil }
        self.chat = chat
        id = info.key.id
        isFromMe = info.key.fromMe
        participant = info.hasParticipant ? JID(info.participant) : JID(info.key.participant)
        timestamp = Int64(clamping: info.messageTimestamp)
        pushName = info.hasPushName ? info.pushName : nil
        self.content = content
    }
}
