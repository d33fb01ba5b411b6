import FoundationEssentials
import Store
import WhatsAppWire

/// A message to one person: to each of their devices, and to our other ones.
struct PersonStanza: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let devices: DeviceDirectory
    let encryptor: Encryptor
    let ratchets: RatchetLock
    let copies: SentCopies

    struct Targets: Sendable {
        let recipient: JID
        /// Our own account, under the name that goes with the recipient's.
        let own: JID
        var devices: [JID]

        var token: LineKey { PrivacyTokens.key(of: recipient) }
    }

    /// Encrypts and stores it.
    /// - Returns: the stanza, and the hash of the devices it is for.
    func make(_ pending: PendingMessage) async throws -> (MessageStanza, hash: String?) {
        let recipient = try await reachable(pending.chat)
        guard let ours = own.address(beside: recipient) else { throw SendError.notConnected }
        let (targets, theirs) = try await targets(recipient, ours)
        let encrypted = try await encrypted(pending, targets)
        guard encrypted.recipients.contains(where: { theirs.contains($0.device) }) else { throw SendError.noDevice }
        var stanza = MessageStanza(
            id: pending.id, to: recipient, message: pending.message, recipients: encrypted.recipients)
        stanza.peerPhoneNumber = recipient.isHiddenUser ? addresses.phoneNumber(of: recipient) : nil
        stanza.deviceIdentity = own.account?.signedIdentity
        stanza.privacyToken = encrypted.others[targets.token]
        return (stanza, DeviceHash.compute(encrypted.recipients.map(\.device) + [ours]))
    }

    /// Some device was not on our list: it gets the message now, under the same id, and nobody gets it twice.
    /// - Returns: `nil` when every device has it.
    func completed(_ stanza: MessageStanza, _ pending: PendingMessage) async throws -> MessageStanza? {
        guard let ours = own.address(beside: stanza.to)?.withoutDevice else { return nil }
        let reached = Set(stanza.recipients.map(\.device))
        let lists = try await devices.devices(of: Array(Set([stanza.to, ours])))
        let missing = lists.values.flatMap(\.self).filter { !reached.contains($0) }
        guard !missing.isEmpty else { return nil }
        var targets = Targets(recipient: stanza.to, own: ours, devices: missing)
        let bundles = try await devices.bundles(for: &targets.devices)
        guard let encrypted = try await encrypt(pending, targets, bundles: bundles), !encrypted.recipients.isEmpty
        else { return nil }
        var rest = stanza
        rest.recipients = encrypted.recipients
        return rest
    }

    /// The hidden id, asked of the server when it is not known yet.
    private func reachable(_ chat: JID) async throws -> JID {
        let known = try await addresses.canonical(chat.withoutDevice)
        guard known.isPhoneNumber else { return known }
        _ = try await devices.devices(of: [known])
        return try await addresses.canonical(known)
    }

    private func targets(_ recipient: JID, _ ours: JID) async throws -> (Targets, theirs: [JID]) {
        let ours = ours.withoutDevice
        let lists = try await devices.devices(of: Array(Set([recipient, ours])))
        guard let theirs = lists[recipient], !theirs.isEmpty else { throw SendError.noDevice }
        let all = theirs + (recipient == ours ? [] : lists[ours] ?? [])
        return (Targets(recipient: recipient, own: ours, devices: all), theirs)
    }

    private func encrypted(_ pending: PendingMessage, _ targets: Targets) async throws -> Encrypted {
        if let encrypted = try await encrypt(pending, targets, bundles: nil) { return encrypted }
        // Rarely: the first message to somebody, or a new device.
        var targets = targets
        let bundles = try await devices.bundles(for: &targets.devices)
        guard let encrypted = try await encrypt(pending, targets, bundles: bundles) else { throw SendError.noDevice }
        return encrypted
    }

    /// - Parameter bundles: `nil` for a first try, which moves nothing when a session is missing.
    /// - Returns: `nil` when one is.
    private func encrypt(
        _ pending: PendingMessage, _ targets: Targets, bundles: [JID: PreKeyBundle]?
    ) async throws -> Encrypted? {
        let ours = pending.message.content(forOwnDevicesIn: targets.recipient)
        let isToUs = targets.recipient == targets.own
        return try await ratchets.withLock {
            let encrypted = try await encryptor.encrypt(
                for: targets.devices, bundles: bundles ?? [:], and: [targets.token]
            ) { device in
                device.withoutDevice == targets.own && !isToUs ? ours : pending.message.content
            }
            if bundles == nil, !encrypted.missing.isEmpty { return nil }
            if !encrypted.recipients.isEmpty { try await copies.keep(encrypted.moved, pending) }
            return encrypted
        }
    }
}
