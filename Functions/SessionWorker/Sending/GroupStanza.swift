import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A message to a group: one ciphertext under our sender key, and the key itself for devices that do not have it (protocol
/// sheet, sections 9 and 11.2).
struct GroupStanza: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let devices: DeviceDirectory
    let groups: GroupDirectory
    let encryptor: Encryptor
    let ratchets: RatchetLock
    let copies: SentCopies

    private struct Targets: Sendable {
        let own: SignalAddress
        let all: [(JID, SignalAddress)]
        /// Devices that do not have our key.
        var without: [JID]
        /// Signal addresses of the devices that have it.
        var holders: Set<String>
    }

    /// Encrypts and stores it.
    /// - Returns: the stanza, and the hash of the devices it is for.
    func make(_ pending: PendingMessage) async throws -> (MessageStanza, hash: String?) {
        let group = try await groups.group(pending.chat)
        let account = own.account
        guard let ours = group.addressingMode == "lid" ? own.preferredAddress : account?.jid else {
            throw SendError.notConnected
        }
        let members = (group.members ?? []).compactMap { JID($0) }
        let persons = Array(Set(members + [ours.withoutDevice]))
        let all = try await devices.devices(of: persons).values.flatMap(\.self)
        guard !all.isEmpty else { throw SendError.noDevice }
        var targets = try await targets(all, group, (account?.lid ?? ours).signalAddress, in: pending.chat)
        let bundles = try await devices.bundles(for: &targets.without)
        let (encrypted, message) = try await ratchets.withLock { try await encrypt(pending, targets, bundles) }
        var stanza = MessageStanza(
            id: pending.id, to: pending.chat, message: pending.message, recipients: encrypted.recipients)
        stanza.groupMessage = message
        stanza.addressingMode = group.addressingMode
        stanza.deviceIdentity = account?.signedIdentity
        let hash = DeviceHash.compute(all + [ours])
        stanza.deviceHash = hash
        return (stanza, hash)
    }

    private func targets(
        _ devices: [JID], _ group: GroupRecord, _ ours: SignalAddress, in chat: JID
    ) async throws -> Targets {
        let named = try await addresses.signalAddresses(of: devices)
        // A new key goes to everybody: bundles for all are fetched before the lock is taken.
        let isNew = try await groups.senderKey(of: chat, ours).isEmpty
        let without = isNew ? devices : named.filter { !group.holders.contains($0.1.description) }.map(\.0)
        return Targets(own: ours, all: named, without: without, holders: group.holders)
    }

    private func encrypt(
        _ pending: PendingMessage, _ given: Targets, _ bundles: [JID: PreKeyBundle]
    ) async throws -> (Encrypted, EncryptedMessage) {
        var targets = given
        var random = SystemRandomNumberGenerator()
        var record = try await groups.senderKey(of: pending.chat, targets.own)
        if record.isEmpty {
            _ = record.create(using: &random)
            (targets.without, targets.holders) = (targets.all.map(\.0), [])
        }
        guard let distribution = record.distribution else { throw SignalError.noSenderKey }
        let key = OutgoingMessage.senderKey(distribution, group: pending.chat)
        var encrypted = try await encryptor.encrypt(for: targets.without, bundles: bundles) { _ in key }
        let padded = MessagePadding.add(to: pending.message.content, using: &random)
        let message = try record.encrypt(padded, using: &random)
        encrypted.moved[.senderKey(pending.chat, targets.own)] = record.serialized
        let holders = holders(targets, reached: Set(encrypted.recipients.map(\.device)))
        try await copies.keep(
            encrypted.moved, pending,
            and: [.setHolders(holders, of: pending.chat.description, on: database.line)])
        return (encrypted, message)
    }

    private func holders(_ targets: Targets, reached: Set<JID>) -> Set<String> {
        let having = targets.all.filter { reached.contains($0.0) || targets.holders.contains($0.1.description) }
        return Set(having.map(\.1.description))
    }
}
