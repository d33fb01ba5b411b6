import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Messages between devices, not people. The phone's are believed, other people's are not.
extension Session {
    func obey(_ control: Body.Control, _ message: IncomingMessage, moving ratchet: [Query]) async throws -> Received {
        guard message.isFromMe else {
            try await commit(ratchet)
            return Received()
        }
        switch control {
        case .historySync(let reference):
            try await commit(ratchet)
            return Received(outcome: .historySync, errands: [.importHistory(reference)])
        case .appStateKeys(let shared):
            let named = shared.prefix(100).map { (LineKey(.appStateKey, Self.name($0.id)), $0.data) }
            try await commit(
                ratchet
                    + (try keys.store(Dictionary(named, uniquingKeysWith: { $1 }).filter { !$0.value.isEmpty }, at: now))
            )
            return Received()
        case .lidPairs(let pairs):
            try await commit(ratchet)
            return Received(pairs: pairs)
        case .expiration, .resent, .other:
            try await commit(ratchet)
            return Received()
        }
    }

    private static func name(_ id: [UInt8]) -> String {
        id.prefix(32).map { String($0, radix: 16) }.joined(separator: ".") + "."
    }

    // MARK: Privacy tokens (section 11.5)

    func keepTokens(_ tokens: [(chat: JID, token: [UInt8])]) async throws {
        var named: [LineKey: [UInt8]] = [:]
        for (chat, token) in tokens where !token.isEmpty {
            named[LineKey(.privacyToken, try await canonical(chat.withoutDevice).description)] = token
        }
        try await commit(try keys.store(named, at: now))
    }

    /// Ours for somebody we wrote to, once per bucket; the server passes it on, so that they may write to us.
    func issueToken(to person: JID) async throws {
        let seconds = seconds
        let bucket = String(seconds / Self.tokenBucket)
        let key = LineKey(.privacyToken, "issued \(person)")
        let issued = try keys.opened(try await read([keys.load([key])])[0])[key]
        guard issued.map({ String(decoding: $0, as: UTF8.self) }) != bucket else { return }
        _ = try await connection.ask(within: settings.patience) {
            Stanzas.issuePrivacyToken(to: person, id: $0, now: seconds)
        }
        try await commit(try keys.store([key: Array(bucket.utf8)], at: now))
    }

    /// Seconds.
    private static let tokenBucket: Int64 = 604_800
}
