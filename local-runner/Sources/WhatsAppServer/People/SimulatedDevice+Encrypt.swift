import WhatsAppWire

extension SimulatedDevice {
    /// Opens a session unless there is one.
    func prepareSession(with target: DeviceReference, in network: Network) throws {
        guard !signal.hasSession(with: target.address) else { return }
        guard let bundle = network.bundle(of: target) else { throw ActionError("the device \(target.jid) has no keys") }
        try signal.initiate(with: target.address, bundle: bundle, using: &network.random)
    }

    func encrypt(_ content: [UInt8], for target: DeviceReference, in network: Network) throws -> EncryptedMessage {
        try prepareSession(with: target, in: network)
        return try signal.encrypt(MessagePadding.add(to: content, using: &network.random), for: target.address)
    }

    /// The message under our group key, and for those who lack that key, the key.
    func encrypt(
        _ content: [UInt8], group: Group, members: [DeviceReference], in network: Network
    ) throws -> (message: EncryptedMessage, recipients: [MessageStanza.Recipient]) {
        var record = ownSenderKeys[group.jid] ?? SenderKeyRecord()
        let distribution = record.distribution ?? record.create(using: &network.random)
        var holders = senderKeyHolders[group.jid] ?? []
        var recipients: [MessageStanza.Recipient] = []
        for member in members where !holders.contains(member.address) {
            let key = OutgoingMessage.senderKey(distribution, group: group.jid)
            let message = try encrypt(key, for: member, in: network)
            recipients.append(
                .init(device: group.name(of: member.person).with(device: member.number), message: message))
            holders.insert(member.address)
        }
        let message = try record.encrypt(
            MessagePadding.add(to: content, using: &network.random), using: &network.random)
        ownSenderKeys[group.jid] = record
        senderKeyHolders[group.jid] = holders
        return (message, recipients)
    }

    /// Whoever left must not read on: the next message starts a new key.
    func forgetSenderKey(_ group: JID) {
        ownSenderKeys[group] = nil
        senderKeyHolders[group] = nil
    }

    // MARK: Asked again

    /// Somebody could not read a message of ours.
    func answer(_ request: RetryRequest, from asker: DeviceReference, in network: Network) throws {
        guard var copy = sent[request.messageID], copy.repeats[asker.address, default: 0] < RetryRequest.maximumCount
        else { return }
        copy.repeats[asker.address, default: 0] += 1
        sent[request.messageID] = copy
        if let bundle = request.bundle {
            signal.forgetSession(with: asker.address)
            try signal.initiate(with: asker.address, bundle: bundle, using: &network.random)
        } else if request.count >= 2 {
            signal.forgetSession(with: asker.address)
        }
        let message = try encrypt(content(of: copy, for: asker), for: asker, in: network)
        network.deliver(
            MessageEnvelope(
                id: request.messageID, sender: reference, chat: copy.chat, type: copy.message.type,
                mediaType: copy.message.mediaType, edit: copy.message.edit, hidesFailure: copy.message.hidesFailure,
                pollType: copy.message.pollType, retryCount: request.count),
            [message], to: asker)
    }

    private func content(of copy: Sent, for asker: DeviceReference) -> [UInt8] {
        if let group = copy.chat.group {
            guard let distribution = ownSenderKeys[group.jid]?.distribution else { return copy.message.content }
            return copy.message.content(with: distribution, group: group.jid)
        }
        // History goes from the phone to its own devices as it is.
        if case .person(let other) = copy.chat, asker.person === person, other !== person {
            return copy.message.content(forOwnDevicesIn: copy.chat.jid)
        }
        return copy.message.content
    }
}
