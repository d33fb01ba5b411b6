import Conversation
import FoundationEssentials
import Postgres
import Store
import Synchronization
import WhatsAppWire

/// One-time keys: made here, stored, and only then told to anybody.
final class PreKeySupply: Sendable {
    /// First id of the next batch.
    private let next: Mutex<UInt32>
    private let database: LineDatabase

    init(next: UInt32, database: LineDatabase) {
        self.next = Mutex(next)
        self.database = database
    }

    /// Nobody was ever given a key of this line.
    var isUntouched: Bool { next.withLock { $0 == 1 } }

    /// - Returns: new keys, and what stores them together with the counter.
    func make(_ count: Int) throws -> (keys: [PreKey], queries: [Query]) {
        var random = SystemRandomNumberGenerator()
        let (made, following) = next.withLock { next in
            let made = PreKey.generate(count, from: next, using: &random)
            next = made.1
            return made
        }
        let secrets = Dictionary(uniqueKeysWithValues: made.map { ($0.storageKey, $0.key.privateKey) })
        return (made, try database.store(secrets) + [.setNextPreKey(database.line, Int(following))])
    }

    /// The counter and the keys are stored before the server hears of them.
    func upload(_ count: Int, credentials: Credentials, to server: StanzaChannel, _ faults: FaultPoints) async throws {
        let (made, queries) = try make(count)
        try await database.commit(queries)
        faults.reach(.lineKeysStored)
        let upload = PreKeyStanzas.Upload(credentials: credentials, preKeys: made)
        _ = try await server.ask { upload.node(id: $0) }
        faults.reach(.lineKeysUploaded)
    }
}

extension PreKey {
    var storageKey: LineKey { Self.storageKey(id) }

    static func storageKey(_ id: UInt32) -> LineKey { LineKey(.preKey, String(id)) }
}
