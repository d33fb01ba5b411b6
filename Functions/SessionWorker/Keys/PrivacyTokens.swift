import FoundationEssentials
import Store
import WhatsAppWire

/// Privacy tokens: who may write to whom.
struct PrivacyTokens: Sendable {
    let database: LineDatabase
    let addresses: AddressBook
    let server: StanzaChannel

    /// Seconds for which one token of ours holds.
    private static let bucketSeconds: Int64 = 604_800

    static func key(of person: JID) -> LineKey { LineKey(.privacyToken, person.description) }

    /// Theirs, which we show when we write to them.
    func keep(_ tokens: [(chat: JID, token: [UInt8])]) async throws {
        var named: [LineKey: [UInt8]] = [:]
        for (chat, token) in tokens where !token.isEmpty {
            named[Self.key(of: try await addresses.canonical(chat.withoutDevice))] = token
        }
        try await database.commit(try database.store(named))
    }

    /// Ours for somebody we wrote to, once per bucket; the server passes it on, so that they may write to us.
    func issue(to person: JID) async throws {
        let seconds = Stanzas.secondsNow
        let bucket = String(seconds / Self.bucketSeconds)
        let key = LineKey(.privacyToken, "issued \(person)")
        let issued = try await database.secret(key)
        guard issued.map({ String(decoding: $0, as: UTF8.self) }) != bucket else { return }
        _ = try await server.ask { Stanzas.issuePrivacyToken(to: person, id: $0, now: seconds) }
        try await database.commit(try database.store([key: Array(bucket.utf8)]))
    }
}
