import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// Sending (protocol sheet, section 11): who has to get it, sessions with all of them, the ratchet step and the message's
/// id stored, then the socket, then the server's word.
extension Session {
    /// - Returns: what the server said; ask `ServerAck.meaning` with the hash.
    func deliver(_ departing: Departing) async throws -> ServerAck.Meaning {
        guard account != nil else { throw DepartureError.notConnected }
        let (stanza, hash) =
            departing.chat.isGroup ? try await groupStanza(departing) : try await personStanza(departing)
        environment.faults.reach(.lineEncrypted)
        let faults = environment.faults
        let ack = try await connection.deliver(stanza.node, id: departing.id, within: settings.patience) {
            faults.reach(.lineWritten)
        }
        faults.reach(.lineAcknowledged)
        let meaning = ack.meaning(sentHash: hash)
        try await afterwards(meaning, departing)
        if meaning == .staleDevices, !departing.chat.isGroup { try await complete(stanza, departing) }
        return meaning
    }

    /// Some device was not on our list: it gets the message now, under the same id, and nobody gets it twice.
    private func complete(_ stanza: MessageStanza, _ departing: Departing) async throws {
        guard let own = stanza.to.isHiddenUser ? account?.lid ?? account?.jid : account?.jid else { return }
        let reached = Set(stanza.recipients.map(\.device))
        let lists = try await devices(of: Array(Set([stanza.to, own.withoutDevice])))
        let missing = lists.values.flatMap(\.self).filter { !reached.contains($0) }
        guard !missing.isEmpty else { return }
        var targets = PersonTargets(recipient: stanza.to, own: own.withoutDevice, devices: missing)
        let bundles = try await bundles(for: &targets.devices)
        guard let sealed = try await seal(departing, targets, bundles: bundles), !sealed.recipients.isEmpty else {
            return
        }
        var rest = stanza
        rest.recipients = sealed.recipients
        try await connection.send(rest.node)
    }

    private func afterwards(_ meaning: ServerAck.Meaning, _ departing: Departing) async throws {
        switch meaning {
        case .staleDevices, .invalid:
            // Lists are asked for anew.
            let people = departing.chat.isGroup ? [] : [departing.chat]
            try await devicesChanged(people + ownAddresses)
            if departing.chat.isGroup {
                try await commit([
                    .forgetMembers(of: departing.chat.description, dropKey: false, on: line)
                ])
            }
        case .accepted where departing.chat.isUser: soon(.issueToken(try await canonical(departing.chat)))
        case .accepted, .noPrivacyToken, .rateLimited, .refused: break
        }
    }

    private func personStanza(_ departing: Departing) async throws -> (MessageStanza, String?) {
        let recipient = try await reachable(departing.chat)
        let own = recipient.isHiddenUser ? (account?.lid ?? account?.jid) : account?.jid
        guard let own else { throw DepartureError.notConnected }
        let lists = try await devices(of: Array(Set([recipient, own.withoutDevice])))
        guard let theirs = lists[recipient], !theirs.isEmpty else { throw DepartureError.noDevice }
        var targets = PersonTargets(
            recipient: recipient, own: own.withoutDevice,
            devices: theirs + (recipient == own.withoutDevice ? [] : lists[own.withoutDevice] ?? []))
        var sealed = try await seal(departing, targets, bundles: nil)
        if sealed == nil {
            // Rarely: the first message to somebody, or a new device.
            let bundles = try await bundles(for: &targets.devices)
            sealed = try await seal(departing, targets, bundles: bundles)
        }
        guard let sealed, sealed.recipients.contains(where: { theirs.contains($0.device) }) else {
            throw DepartureError.noDevice
        }
        var stanza = MessageStanza(
            id: departing.id, to: recipient, message: departing.message, recipients: sealed.recipients)
        stanza.peerPhoneNumber = recipient.isHiddenUser ? people.phoneNumber(of: recipient) : nil
        stanza.deviceIdentity = account?.signedIdentity
        stanza.privacyToken = sealed.others[targets.token]
        return (stanza, DeviceHash.compute(sealed.recipients.map(\.device) + [own]))
    }

    private struct PersonTargets: Sendable {
        let recipient: JID
        /// Our own account, under the name that goes with the recipient's.
        let own: JID
        var devices: [JID]

        var token: LineKey { LineKey(.privacyToken, recipient.description) }
    }

    /// - Parameter bundles: `nil` for a first try, which moves nothing when a session is missing.
    /// - Returns: `nil` when one is.
    private func seal(
        _ departing: Departing, _ targets: PersonTargets, bundles: [JID: PreKeyBundle]?
    ) async throws -> Sealed? {
        let ours = departing.message.content(forOwnDevicesIn: targets.recipient)
        let isToUs = targets.recipient == targets.own
        return try await locked {
            let sealed = try await seal(for: targets.devices, bundles: bundles ?? [:], and: [targets.token]) { device in
                device.withoutDevice == targets.own && !isToUs ? ours : departing.message.content
            }
            if bundles == nil, !sealed.missing.isEmpty { return nil }
            if !sealed.recipients.isEmpty { try await keep(sealed.moved, departing) }
            return sealed
        }
    }

    /// The hidden id, asked of the server when it is not known yet.
    private func reachable(_ chat: JID) async throws -> JID {
        let known = try await canonical(chat.withoutDevice)
        guard known.isPhoneNumber else { return known }
        _ = try await devices(of: [known])
        return try await canonical(known)
    }

    /// The ratchets, the copy for retries and the id on our row: one transaction, before the socket sees anything.
    func keep(_ moved: [LineKey: [UInt8]], _ departing: Departing, and more: [Query] = []) async throws {
        try await commit(
            try keys.store(moved, at: now)
                + (try keys.keep(departing.copy, for: departing.row, of: line, at: now)) + more)
    }
}
