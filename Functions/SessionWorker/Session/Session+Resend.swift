import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A device asks for a message of ours again (protocol sheet, section 12.2): to that device only, a few times.
extension Session {
    func resend(_ request: RetryRequest, _ receipt: Node) async throws {
        try await tryToResend(request, receipt)
        try await answer(receipt, .processed)
    }

    private func tryToResend(_ request: RetryRequest, _ receipt: Node) async throws {
        guard let device = receipt.jid("participant") ?? receipt.jid("from"), device.isUser,
            let chat = receipt.jid("from")
        else { return }
        let address = try await canonical(device).signalAddress
        let loaded = try await read([
            keys.copy(request.messageID, of: line.channel),
            .retries(of: request.messageID, device: address.description, on: line, at: now),
            .retries(of: "bundle", device: address.description, on: line, at: now), keys.load([.session(address)]),
        ])
        guard let row = loaded[0].first else { return }
        let copy = try keys.opened(row)
        guard belongs(copy, to: chat) else { return }
        let session = try keys.opened(loaded[3])[.session(address)].map { try SessionRecord(serialized: $0) }
        let sent = RetryDecision.Sent(
            hasCopy: true, resent: try loaded[1].first?["count"] ?? 0,
            sessionRegistrationID: session?.remoteRegistrationID,
            secondsSinceBundle: try loaded[2].first.map { Int64(try $0["age"] as Double) })
        guard let bundle = try await bundle(for: RetryDecision.answer(to: request, sent), request, device, address)
        else { return }
        try await again(copy, to: device, address, bundle.value, request, receipt)
    }

    /// Only who got a message may ask for it again.
    private func belongs(_ copy: SentCopy, to chat: JID) -> Bool {
        guard let sentTo = JID(copy.chat) else { return false }
        if chat.isGroup { return sentTo == chat }
        let asking = chat.withoutDevice
        return sentTo == asking || people.canonical(sentTo) == people.canonical(asking) || ownAddresses.contains(asking)
    }

    private struct NewKeys: Sendable {
        /// `nil`: the session there is will do.
        let value: PreKeyBundle?
    }

    private func bundle(
        for decision: RetryDecision.Outgoing, _ request: RetryRequest, _ device: JID, _ address: SignalAddress
    ) async throws -> NewKeys? {
        switch decision {
        case .ignore: return nil
        case .resend: return NewKeys(value: nil)
        case .resendWithReceivedKeys: return request.bundle.map { NewKeys(value: $0) }
        case .resendAfterFetch:
            try await commit([.countRetry(of: "bundle", device: address.description, on: line, at: now)])
            var targets = [device]
            return try await fetchBundles([device], targets: &targets)[device].map { NewKeys(value: $0) }
        }
    }

    private func again(
        _ copy: SentCopy, to device: JID, _ address: SignalAddress, _ bundle: PreKeyBundle?,
        _ request: RetryRequest, _ receipt: Node
    ) async throws {
        let outgoing = OutgoingMessage(copy)
        let group = JID(copy.chat).flatMap { $0.isGroup ? $0 : nil }
        let message = try await locked {
            var random = SystemRandomNumberGenerator()
            let stored = try keys.opened(try await read([keys.load([.session(address)])])[0])
            var session = try stored[.session(address)].map { try SessionRecord(serialized: $0) } ?? SessionRecord()
            if let bundle { try session.initiate(from: credentials.identityKey, to: bundle, using: &random) }
            let content = try await content(outgoing, for: device, in: group, chat: copy.chat)
            let message = try session.encrypt(
                MessagePadding.add(to: content, using: &random), registrationID: credentials.registrationID)
            try await commit(
                try keys.store([.session(address): session.serialized], at: now) + [
                    .countRetry(of: request.messageID, device: address.description, on: line, at: now)
                ])
            return message
        }
        try await connection.send(
            RetryDecision.stanza(
                for: request, receipt: receipt, type: copy.type, message: message,
                deviceIdentity: account?.signedIdentity ?? [], timestamp: seconds))
    }

    /// In a group the key comes along; for our own devices the chat does.
    private func content(
        _ outgoing: OutgoingMessage, for device: JID, in group: JID?, chat: String
    ) async throws -> [UInt8] {
        if let group {
            let own = account?.lid ?? account?.jid
            guard let own, let distribution = try await senderKey(of: group, own.signalAddress).distribution else {
                return outgoing.content
            }
            return outgoing.content(with: distribution, group: group)
        }
        guard account?.isOwn(device) == true, let chat = JID(chat) else { return outgoing.content }
        return outgoing.content(forOwnDevicesIn: chat)
    }
}
