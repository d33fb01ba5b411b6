import WhatsAppWire

/// The parts that touch the client's keys.
extension MirrorClient {
    func decrypt(_ part: EncryptedMessage, _ message: IncomingMessage) throws -> [UInt8] {
        let address = address(of: message)
        guard part.kind == .senderKeyMessage else {
            return try withRandom { try signal.decrypt(part, from: address, using: &$0) }
        }
        return try senderKeys["\(message.chat) \(address)", default: SenderKeyRecord()].decrypt(part.bytes)
    }

    /// Sessions are kept under the hidden id when it is known.
    private func address(of message: IncomingMessage) -> SignalAddress {
        let sender = message.sender.isHiddenUser ? message.sender : message.senderAlternate ?? message.sender
        return sender.with(device: message.sender.device).signalAddress
    }

    func learn(_ key: ReceivedMessage.SenderKey, from message: IncomingMessage) {
        senderKeys["\(key.group) \(address(of: message))", default: SenderKeyRecord()].process(key.distribution)
    }

    func start(with address: SignalAddress, _ bundle: PreKeyBundle) throws {
        try withRandom { try signal.initiate(with: address, bundle: bundle, using: &$0) }
    }

    func seal(_ content: [UInt8], for address: SignalAddress) throws -> EncryptedMessage {
        try withRandom { try signal.encrypt(MessagePadding.add(to: content, using: &$0), for: address) }
    }

    func forget(_ address: SignalAddress) { signal.forgetSession(with: address) }

    func groupCipher(_ message: OutgoingMessage, _ chat: JID) throws -> (EncryptedMessage, SenderKeyDistribution) {
        try withRandom { random in
            var record = senderKeys["\(chat) own"] ?? SenderKeyRecord()
            let distribution = record.distribution ?? record.create(using: &random)
            let sealed = try record.encrypt(MessagePadding.add(to: message.content, using: &random), using: &random)
            senderKeys["\(chat) own"] = record
            return (sealed, distribution)
        }
    }

    func freshKeys() -> RetryRequest.Keys {
        let bundle = withRandom { signal.bundle(using: &$0) }
        return RetryRequest.Keys(
            identity: bundle.identity, preKey: bundle.preKey, signedPreKey: bundle.signedPreKey,
            deviceIdentity: account?.signedIdentity)
    }

    private func withRandom<Value>(_ body: (inout SystemRandomNumberGenerator) throws -> Value) rethrows -> Value {
        var random = SystemRandomNumberGenerator()
        return try body(&random)
    }
}
