import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A device asks for a message of ours again: to that device only, a few times.
struct Resender: Sendable {
    let database: LineDatabase
    let own: OwnDevice
    let addresses: AddressBook
    let devices: DeviceDirectory
    let groups: GroupDirectory
    let ratchets: RatchetLock
    let server: StanzaChannel

    /// Does nothing when it was asked too often, or by somebody it was not sent to.
    func resend(_ request: RetryRequest, _ receipt: Node) async throws {
        guard let device = receipt.jid("participant") ?? receipt.jid("from"), device.isUser,
            let chat = receipt.jid("from")
        else { return }
        let address = try await addresses.canonical(device).signalAddress
        guard let (copy, sent) = try await history(of: request, device, address), belongs(copy, to: chat) else {
            return
        }
        let target = Target(copy: copy, device: device, address: address, request: request, receipt: receipt)
        guard let keys = try await keys(for: RetryDecision.answer(to: request, sent), target) else { return }
        try await server.send(try await encrypted(target, keys.bundle))
    }

    private struct Target: Sendable {
        let copy: SentCopy
        let device: JID
        let address: SignalAddress
        let request: RetryRequest
        let receipt: Node

        var group: JID? { JID(copy.chat).flatMap { $0.isGroup ? $0 : nil } }
    }

    private func history(
        of request: RetryRequest, _ device: JID, _ address: SignalAddress
    ) async throws -> (SentCopy, RetryDecision.Sent)? {
        let (line, now, keys) = (database.line, database.now, database.keys)
        let loaded = try await database.read([
            keys.copy(request.messageID, of: line.channel),
            .retries(of: request.messageID, device: address.description, on: line, at: now),
            .retries(of: "bundle", device: address.description, on: line, at: now), keys.load([.session(address)]),
        ])
        guard let row = loaded[0].first else { return nil }
        let session = try keys.opened(loaded[3])[.session(address)].map { try SessionRecord(serialized: $0) }
        let sent = RetryDecision.Sent(
            hasCopy: true, resent: try loaded[1].first?["count"] ?? 0,
            sessionRegistrationID: session?.remoteRegistrationID,
            secondsSinceBundle: try loaded[2].first.map { Int64(try $0["age"] as Double) })
        return (try keys.opened(row), sent)
    }

    /// Only who got a message may ask for it again.
    private func belongs(_ copy: SentCopy, to chat: JID) -> Bool {
        guard let sentTo = JID(copy.chat) else { return false }
        if chat.isGroup { return sentTo == chat }
        let asking = chat.withoutDevice
        return sentTo == asking || addresses.cachedCanonical(sentTo) == addresses.cachedCanonical(asking)
            || own.addresses.contains(asking)
    }

    private struct Keys: Sendable {
        /// `nil`: the session there is will do.
        let bundle: PreKeyBundle?
    }

    private func keys(for decision: RetryDecision.Outgoing, _ target: Target) async throws -> Keys? {
        switch decision {
        case .ignore: return nil
        case .resend: return Keys(bundle: nil)
        case .resendWithReceivedKeys: return target.request.bundle.map { Keys(bundle: $0) }
        case .resendAfterFetch:
            let device = target.address.description
            try await database.commit([
                .countRetry(of: "bundle", device: device, on: database.line, at: database.now)
            ])
            var targets = [target.device]
            return try await devices.fetchBundles([target.device], targets: &targets)[target.device]
                .map { Keys(bundle: $0) }
        }
    }

    /// The stanza to send, its ratchet step stored.
    private func encrypted(_ target: Target, _ bundle: PreKeyBundle?) async throws -> Node {
        let (key, credentials) = (LineKey.session(target.address), own.credentials)
        let message = try await ratchets.withLock {
            var random = SystemRandomNumberGenerator()
            var session =
                try await database.secret(key).map { try SessionRecord(serialized: $0) } ?? SessionRecord()
            if let bundle { try session.initiate(from: credentials.identityKey, to: bundle, using: &random) }
            let padded = MessagePadding.add(to: try await content(for: target), using: &random)
            let message = try session.encrypt(padded, registrationID: credentials.registrationID)
            let counted = Query.countRetry(
                of: target.request.messageID, device: target.address.description, on: database.line, at: database.now)
            try await database.commit(try database.store([key: session.serialized]) + [counted])
            return message
        }
        return RetryDecision.stanza(
            for: target.request, receipt: target.receipt, type: target.copy.type, message: message,
            deviceIdentity: own.account?.signedIdentity ?? [], timestamp: Stanzas.secondsNow)
    }

    /// In a group the key comes along; for our own devices the chat does.
    private func content(for target: Target) async throws -> [UInt8] {
        let outgoing = OutgoingMessage(target.copy)
        if let group = target.group {
            guard let ours = own.preferredAddress,
                let distribution = try await groups.senderKey(of: group, ours.signalAddress).distribution
            else { return outgoing.content }
            return outgoing.content(with: distribution, group: group)
        }
        guard own.account?.isOwn(target.device) == true, let chat = JID(target.copy.chat) else {
            return outgoing.content
        }
        return outgoing.content(forOwnDevicesIn: chat)
    }
}
