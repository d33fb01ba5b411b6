import Domain
import FoundationEssentials
import Postgres
import Store
import Synchronization
import WhatsAppWire

/// Groups: who is in them, what they are called, and our key for each.
final class GroupDirectory: Sendable {
    private let database: LineDatabase
    private let own: OwnDevice
    private let addresses: AddressBook
    private let ratchets: RatchetLock
    private let server: StanzaChannel
    /// Groups whose name is known to be stored.
    private let named = Mutex<Set<JID>>([])

    private static let mostNamed = 256

    init(
        database: LineDatabase, own: OwnDevice, addresses: AddressBook, ratchets: RatchetLock, server: StanzaChannel
    ) {
        self.database = database
        self.own = own
        self.addresses = addresses
        self.ratchets = ratchets
        self.server = server
    }

    private var line: HeldLine { database.line }

    /// From the database, or from the server when something has changed.
    func group(_ jid: JID) async throws -> GroupRecord {
        let rows = try await database.read([.group(jid.description, on: line)])[0]
        let known = try rows.first.map { row throws(PostgresError) in try GroupRecord(row) }
        if let known, known.members != nil { return known }
        let reply = try await server.ask { GroupInfo.query(jid, id: $0) }
        let info = try GroupInfo(reply, asked: jid)
        try await addresses.learn(info.participants.compactMap(\.pair))
        var record = GroupRecord(
            jid: jid.description, subject: info.subject, addressingMode: info.addressingMode == "lid" ? "lid" : "pn",
            isAnnouncement: info.isAnnouncement, expiration: info.expiration.map { Int($0) },
            members: info.participants.map(\.jid.withoutDevice.description))
        try await database.commit([.keep(record, on: line, at: database.now)])
        record.holders = known?.holders ?? []
        return record
    }

    func changed(_ group: JID, _ changes: [Notification.GroupChange]) async throws {
        for change in changes {
            switch change {
            case .subject(let subject):
                try await database.commit([.setSubject(subject, of: group.description, on: line)])
            case .added(let participants):
                try await addresses.learn(participants.compactMap(\.pair))
                try await forgetMembers(of: group)
            case .removed: try await dropKey(of: group)
            case .other: try await forgetMembers(of: group)
            }
        }
    }

    func forgetMembers(of group: JID) async throws {
        try await database.commit([.forgetMembers(of: group.description, dropKey: false, on: line)])
    }

    // MARK: Our key

    func senderKey(of group: JID, _ address: SignalAddress) async throws -> SenderKeyRecord {
        try await database.secret(.senderKey(group, address)).map { try SenderKeyRecord(serialized: $0) }
            ?? SenderKeyRecord()
    }

    /// Whoever left must not read what comes next.
    private func dropKey(of group: JID) async throws {
        let account = own.account
        let ours = [account?.lid, account?.jid].compactMap { $0 }
        let forget = database.keys.delete(ours.map { .senderKey(group, $0.signalAddress) })
        _ = try await ratchets.withLock {
            try await database.commit(forget + [.forgetMembers(of: group.description, dropKey: true, on: line)])
        }
    }

    // MARK: Names

    func isNamed(_ group: JID) -> Bool { named.withLock { $0.contains(group) } }

    /// People see a group's name, not its number.
    func storeName(of jid: JID) async throws {
        let isNew = named.withLock { named in
            if named.count > Self.mostNamed { named = [] }
            return named.insert(jid).inserted
        }
        guard isNew else { return }
        let subject = try await group(jid).subject
        guard !subject.isEmpty else { return }
        try await database.commit([.name([(jid.description, subject)], on: line, at: database.now)])
    }
}
