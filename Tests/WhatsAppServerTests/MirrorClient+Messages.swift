import Foundation
import WhatsAppWire

extension MirrorClient {
    // MARK: In

    func open(_ node: Node) async throws {
        guard let account else { return }
        let message = try IncomingMessage(node, account: account)
        do {
            var content: ReceivedMessage?
            for part in message.encrypted {
                let padded = try decrypt(part, message)
                let opened = try ReceivedMessage(padded: padded)
                if let key = opened.senderKey { learn(key, from: message) }
                content = opened
            }
            keep(Received(message: message, content: content, failure: nil))
            try await answer(node, .processed)
        } catch let error as SignalError {
            keep(Received(message: message, content: nil, failure: error))
            try await answer(node, error == .duplicate ? .processed : .retry(retryRequest(message, error)))
        }
    }

    private func retryRequest(_ message: IncomingMessage, _ error: SignalError) -> RetryRequest {
        let count = message.retryCount + 1
        return RetryRequest(
            messageID: message.id, count: count, timestamp: message.timestamp, registrationID: 4711,
            keys: RetryRequest.needsKeys(count: count, failure: error) ? freshKeys() : nil)
    }

    // MARK: Out

    /// Writes to a person or group as a real client does: devices by usync, bundles, sender key.
    /// - Returns: the server's acknowledgement.
    @discardableResult
    func send(_ message: OutgoingMessage, to chat: JID, id: String) async throws -> Node {
        let stanza = try await chat.isGroup ? group(message, chat, id) : direct(message, chat, id)
        try send(stanza.node)
        return try await node { $0.tag == "ack" && $0["class"] == "message" && $0["id"] == id }
    }

    func direct(_ message: OutgoingMessage, _ chat: JID, _ id: String) async throws -> MessageStanza {
        let own = account?.lid ?? .service
        var recipients: [MessageStanza.Recipient] = []
        for device in try await devices([chat, own]) {
            let isOwn = device.user == own.user
            let content = isOwn ? message.content(forOwnDevicesIn: chat) : message.content
            recipients.append(.init(device: device, message: try await encrypt(content, for: device)))
        }
        var stanza = MessageStanza(id: id, to: chat, message: message, recipients: recipients)
        stanza.deviceIdentity = account?.signedIdentity
        return stanza
    }

    func group(_ message: OutgoingMessage, _ chat: JID, _ id: String) async throws -> MessageStanza {
        let reply = try await ask { GroupInfo.query(chat, id: $0) }
        let info = try GroupInfo(reply, asked: chat)
        let devices = try await devices(info.participants.map(\.jid))
        let (shared, distribution) = try groupCipher(message, chat)
        var recipients: [MessageStanza.Recipient] = []
        for device in devices {
            let key = OutgoingMessage.senderKey(distribution, group: chat)
            recipients.append(.init(device: device, message: try await encrypt(key, for: device)))
        }
        var stanza = MessageStanza(id: id, to: chat, message: message, recipients: recipients)
        stanza.groupMessage = shared
        stanza.addressingMode = info.addressingMode
        stanza.deviceIdentity = account?.signedIdentity
        stanza.deviceHash = DeviceHash.compute(devices)
        return stanza
    }

    /// All devices of these users but this one.
    func devices(_ users: [JID]) async throws -> [JID] {
        let reply = try await ask { Usync.devices(of: users, id: $0, sessionID: "s") }
        let own = account?.lid
        return Usync.parse(reply).flatMap { $0.addresses() }.filter { $0 != own && $0 != account?.jid }
    }

    func encrypt(_ content: [UInt8], for device: JID) async throws -> EncryptedMessage {
        let address = device.signalAddress
        if !signal.hasSession(with: address) {
            let reply = try await ask { PreKeyStanzas.fetch(id: $0, devices: [device]) }
            guard case .bundle(let bundle)? = PreKeyStanzas.parse(reply)[device] else {
                throw TimedOut(waitedFor: "a bundle of \(device)")
            }
            try start(with: address, bundle)
        }
        return try seal(content, for: address)
    }

    /// Sends one of ours again, to the one device that asked.
    func sendAgain(_ message: OutgoingMessage, for receipt: Node) async throws {
        let request = try RetryRequest(receipt)
        guard let asker = receipt.jid("participant") ?? receipt.jid("from") else { return }
        if let bundle = request.bundle {
            forget(asker.signalAddress)
            try start(with: asker.signalAddress, bundle)
        }
        let sealed = try seal(message.content, for: asker.signalAddress)
        try send(
            RetryDecision.stanza(
                for: request, receipt: receipt, type: message.type, message: sealed,
                deviceIdentity: account?.signedIdentity ?? [], timestamp: Int64(Date().timeIntervalSince1970)))
    }
}
