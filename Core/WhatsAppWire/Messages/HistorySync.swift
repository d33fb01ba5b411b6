import SwiftProtobuf

/// The little we keep of a history chunk (protocol sheet, section 17): who is who, and the tokens that let us write first.
package struct HistorySync: Sendable, Equatable {
    package struct PrivacyToken: Sendable, Equatable {
        package let chat: JID
        package let token: [UInt8]
        /// Seconds since 1970.
        package let timestamp: Int64
    }

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
    }

    package static func == (left: HistorySync, right: HistorySync) -> Bool {
        left.pairs == right.pairs && left.pushNames.map(\.jid) == right.pushNames.map(\.jid)
            && left.pushNames.map(\.name) == right.pushNames.map(\.name)
            && left.privacyTokens == right.privacyTokens && left.nctSalt == right.nctSalt
    }
}
