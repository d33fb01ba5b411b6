import Domain
import FoundationEssentials
import Postgres
import Store
import Synchronization
import WhatsAppWire

/// Hidden ids come first: whatever a stanza says, keys are kept under the hidden id once it
/// is known, and moved there in the transaction that learns it.
final class AddressBook: Sendable {
    private let cache = Mutex(LIDMappingCache())
    private let database: LineDatabase
    private let ratchets: RatchetLock

    init(database: LineDatabase, ratchets: RatchetLock) {
        self.database = database
        self.ratchets = ratchets
    }

    /// The person's address as keys and threads know it.
    func canonical(_ jid: JID) async throws -> JID {
        let known = cachedCanonical(jid)
        guard known == jid, jid.server == .phoneNumber, !jid.user.isEmpty else { return known }
        let rows = try await database.read([.people(lids: [], numbers: [jid.user], of: database.line)])[0]
        for person in try rows.map({ row throws(PostgresError) in try LinePerson(row) }) {
            if let pair = LIDPair(.hiddenUser(person.lid), .phoneNumber(person.phoneNumber)) { insert(pair) }
        }
        return cachedCanonical(jid)
    }

    /// The same as far as this connection has met the person.
    func cachedCanonical(_ jid: JID) -> JID { cache.withLock { $0.canonical(jid) } }

    func phoneNumber(of jid: JID) -> JID? { cache.withLock { $0.phoneNumber(of: jid) } }

    func signalAddresses(of devices: [JID]) async throws -> [(JID, SignalAddress)] {
        var addresses: [(JID, SignalAddress)] = []
        for device in devices { addresses.append((device, try await canonical(device).signalAddress)) }
        return addresses
    }

    private func insert(_ pair: LIDPair) { cache.withLock { $0.insert(pair) } }

    // MARK: Learning

    /// Stores what is new among the pairs, and moves what was kept under the phone number.
    func learn(_ pairs: [LIDPair]) async throws {
        let new = cache.withLock { cache in pairs.filter { !cache.holds($0) } }
        for start in stride(from: 0, to: new.count, by: Query.mostPeople) {
            let some = Array(new.dropFirst(start).prefix(Query.mostPeople))
            try await ratchets.withLock {
                try await database.transaction { try await self.learn(some, on: $0) }
            }
            for pair in some { insert(pair) }
        }
    }

    private func learn(_ pairs: [LIDPair], on connection: Connection) async throws {
        let line = database.line
        let stored = try await connection.query(
            .people(lids: pairs.map(\.hiddenUser.user), numbers: pairs.map(\.phoneNumber.user), of: line)
        ).map { row throws(PostgresError) in try LinePerson(row) }
        let new = pairs.filter {
            !stored.contains(LinePerson(lid: $0.hiddenUser.user, phoneNumber: $0.phoneNumber.user))
        }
        guard !new.isEmpty else { return }
        let now = database.now
        var queries = Query.keep(
            new.map { LinePerson(lid: $0.hiddenUser.user, phoneNumber: $0.phoneNumber.user) }, of: line, at: now)
        for pair in new { queries += try await moves(pair, on: connection) }
        let names = new.map { (hidden: $0.hiddenUser.description, number: $0.phoneNumber.description) }
        try await connection.pipeline(queries + [.adopt(names, on: line, at: now)])
    }

    /// Sessions and sender keys of one person, from the phone number to the hidden id unless that has one already.
    private func moves(_ pair: LIDPair, on connection: Connection) async throws -> [Query] {
        let keys = database.keys
        let (old, new) = (pair.phoneNumber.signalAddress.name, pair.hiddenUser.signalAddress.name)
        let answers = try await connection.pipeline([
            keys.load(.session, beginning: "\(old)."), keys.load(.session, beginning: "\(new)."),
            keys.senderKeys(of: old), keys.senderKeys(of: new),
        ])
        let found = try answers.reduce(into: [:]) { found, rows in
            found.merge(try keys.opened(rows)) { first, _ in first }
        }
        var stored: [LineKey: [UInt8]] = [:]
        var gone: [LineKey] = []
        for (key, value) in found {
            guard let target = key.renamed(from: old, to: new) else { continue }
            gone.append(key)
            if found[target] == nil { stored[target] = value }
        }
        return keys.delete(gone) + (try database.store(stored))
    }
}

extension LineKey {
    /// The same thing under another name of its owner; `nil` when it is not theirs.
    fileprivate func renamed(from old: String, to new: String) -> LineKey? {
        switch kind {
        case .session where name.hasPrefix("\(old)."): LineKey(kind, new + name.dropFirst(old.count))
        case .senderKey where name.contains("|\(old)."):
            LineKey(kind, name.replacing("|\(old).", with: "|\(new)."))
        default: nil
        }
    }
}
