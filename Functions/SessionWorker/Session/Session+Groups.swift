import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Groups: one ciphertext under our sender key, and the key itself for devices that do not have it (protocol sheet,
/// sections 9, 10.4 and 11.2).
extension Session {
    func groupStanza(_ departing: Departing) async throws -> (MessageStanza, String?) {
        let group = try await group(departing.chat)
        let own = group.addressingMode == "lid" ? (account?.lid ?? account?.jid) : account?.jid
        guard let own else { throw DepartureError.notConnected }
        let members = (group.members ?? []).compactMap { JID($0) }
        let persons = Array(Set(members + [own.withoutDevice]))
        let targets = try await devices(of: persons).values.flatMap(\.self)
        guard !targets.isEmpty else { throw DepartureError.noDevice }
        let named = try await addresses(of: targets)
        var without = named.filter { !group.holders.contains($0.1.description) }.map(\.0)
        // A new key goes to everybody: bundles for all are fetched before the lock is taken.
        let ownAddress = (account?.lid ?? own).signalAddress
        if try await senderKey(of: departing.chat, ownAddress).isEmpty { without = targets }
        let bundles = try await bundles(for: &without)
        let (sealed, message) = try await locked {
            try await seal(departing, GroupTargets(own: ownAddress, all: named, without: without), group, bundles)
        }
        var stanza = MessageStanza(
            id: departing.id, to: departing.chat, message: departing.message, recipients: sealed.recipients)
        stanza.groupMessage = message
        stanza.addressingMode = group.addressingMode
        stanza.deviceIdentity = account?.signedIdentity
        let hash = DeviceHash.compute(targets + [own])
        stanza.deviceHash = hash
        return (stanza, hash)
    }

    private struct GroupTargets: Sendable {
        let own: SignalAddress
        let all: [(JID, SignalAddress)]
        /// Devices that do not have our key.
        let without: [JID]
    }

    private func seal(
        _ departing: Departing, _ targets: GroupTargets, _ group: GroupRecord, _ bundles: [JID: PreKeyBundle]
    ) async throws -> (Sealed, EncryptedMessage) {
        var random = SystemRandomNumberGenerator()
        var record = try await senderKey(of: departing.chat, targets.own)
        var without = targets.without
        var holders = group.holders
        if record.isEmpty {
            _ = record.create(using: &random)
            without = targets.all.map(\.0)
            holders = []
        }
        guard let distribution = record.distribution else { throw SignalError.noSenderKey }
        let key = OutgoingMessage.senderKey(distribution, group: departing.chat)
        var sealed = try await seal(for: without, bundles: bundles) { _ in key }
        let padded = MessagePadding.add(to: departing.message.content, using: &random)
        let message = try record.encrypt(padded, using: &random)
        sealed.moved[.senderKey(departing.chat, targets.own)] = record.serialized
        let reached = Set(sealed.recipients.map(\.device))
        let addresses = targets.all.filter { reached.contains($0.0) || holders.contains($0.1.description) }
        try await keep(
            sealed.moved, departing,
            and: [.setHolders(Set(addresses.map(\.1.description)), of: departing.chat.description, on: line)])
        return (sealed, message)
    }

    func senderKey(of group: JID, _ address: SignalAddress) async throws -> SenderKeyRecord {
        let key = LineKey.senderKey(group, address)
        let stored = try keys.opened(try await read([keys.load([key])])[0])
        return try stored[key].map { try SenderKeyRecord(serialized: $0) } ?? SenderKeyRecord()
    }

    // MARK: Who is in it

    /// From the database, or from the server when something has changed.
    func group(_ jid: JID) async throws -> GroupRecord {
        let rows = try await read([.group(jid.description, on: line)])[0]
        if let row = rows.first {
            let known = try GroupRecord(row)
            if known.members != nil { return known }
        }
        let reply = try await connection.ask(within: settings.patience) { GroupInfo.query(jid, id: $0) }
        let info = try GroupInfo(reply, asked: jid)
        try await learn(info.participants.compactMap(\.pair))
        let record = GroupRecord(
            jid: jid.description, subject: info.subject, addressingMode: info.addressingMode == "lid" ? "lid" : "pn",
            isAnnouncement: info.isAnnouncement, expiration: info.expiration.map { Int($0) },
            members: info.participants.map(\.jid.withoutDevice.description))
        try await commit([.keep(record, on: line, at: now)])
        var kept = record
        kept.holders = Set(try rows.first.map { try GroupRecord($0).holders } ?? [])
        return kept
    }

    func changed(_ group: JID, _ changes: [Notification.GroupChange]) async throws {
        for change in changes {
            switch change {
            case .subject(let subject):
                try await commit([.setSubject(subject, of: group.description, on: line)])
            case .added(let participants):
                try await learn(participants.compactMap(\.pair))
                try await commit([.forgetMembers(of: group.description, dropKey: false, on: line)])
            case .removed: try await dropKey(of: group)
            case .other: try await commit([.forgetMembers(of: group.description, dropKey: false, on: line)])
            }
        }
    }

    /// Whoever left must not read what comes next.
    private func dropKey(of group: JID) async throws {
        let own = [account?.lid, account?.jid].compactMap { $0 }
        _ = try await locked {
            try await commit(
                keys.delete(own.map { .senderKey(group, $0.signalAddress) })
                    + [.forgetMembers(of: group.description, dropKey: true, on: line)])
        }
    }

    /// People see a group's name, not its number.
    func nameGroup(_ jid: JID) async throws {
        guard !namedGroups.contains(jid) else { return }
        if namedGroups.count > 256 { namedGroups = [] }
        namedGroups.insert(jid)
        let subject = try await group(jid).subject
        guard !subject.isEmpty else { return }
        try await commit([.name([(jid.description, subject)], on: line, at: now)])
    }
}
