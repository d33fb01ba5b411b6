import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// The keys that opening one message needs, loaded together and stored together.
struct RatchetStep: Sendable {
    private(set) var session: SessionRecord
    private(set) var senderKey: SenderKeyRecord
    private(set) var usedPreKeys: [UInt32] = []
    /// The identity the session had before, when the message came under another one.
    private(set) var isNewIdentity = false
    private let preKeys: [UInt32: PreKey]
    private let credentials: Credentials
    private let address: SignalAddress
    private let group: JID?

    /// What to load for a message: by the sender's canonical address.
    static func keys(for message: IncomingMessage, address: SignalAddress) -> [LineKey] {
        let named = message.encrypted.filter { $0.kind == .preKeyMessage }
            .compactMap { try? PreKeySignalMessage($0.bytes).preKeyID }
        return [.session(address)] + named.map(PreKey.storageKey)
            + (message.isShared ? [.senderKey(message.chat, address)] : [])
    }

    init(_ stored: [LineKey: [UInt8]], for message: IncomingMessage, address: SignalAddress, credentials: Credentials)
        throws
    {
        self.credentials = credentials
        self.address = address
        group = message.isShared ? message.chat : nil
        session = try stored[.session(address)].map { try SessionRecord(serialized: $0) } ?? SessionRecord()
        senderKey =
            try group.flatMap { stored[.senderKey($0, address)] }.map { try SenderKeyRecord(serialized: $0) }
            ?? SenderKeyRecord()
        var preKeys: [UInt32: PreKey] = [:]
        for (key, bytes) in stored where key.kind == .preKey {
            guard let id = UInt32(key.name) else { continue }
            preKeys[id] = PreKey(id: id, key: try KeyPair(privateKey: bytes))
        }
        self.preKeys = preKeys
    }

    /// Padded plaintext. Nothing moves when it throws.
    mutating func open(_ part: EncryptedMessage) throws(SignalError) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        switch part.kind {
        case .message: return try session.decrypt(part.bytes, using: &random)
        case .senderKeyMessage: return try senderKey.decrypt(part.bytes)
        case .preKeyMessage:
            let message = try PreKeySignalMessage(part.bytes)
            let available = AvailablePreKeys(
                signed: credentials.signedPreKey, oneTime: message.preKeyID.flatMap { preKeys[$0] })
            let before = session.remoteIdentity
            let (plain, used) = try session.decrypt(
                message, identity: credentials.identityKey, keys: available, using: &random)
            if let used { usedPreKeys.append(used) }
            if case .changed = IdentityCheck(stored: before, presented: message.identity) { isNewIdentity = true }
            return plain
        }
    }

    /// Somebody's key for the group the message was written in; keys for other groups are not theirs to give here.
    mutating func process(_ key: ReceivedMessage.SenderKey) {
        guard key.group == group else { return }
        senderKey.process(key.distribution)
    }

    /// A key for another group that came in a message of its own.
    func distribution(in received: ReceivedMessage) -> ReceivedMessage.SenderKey? {
        received.senderKey.flatMap { $0.group == group ? nil : $0 }
    }

    var changed: [LineKey: [UInt8]] {
        var changed: [LineKey: [UInt8]] = [:]
        if !session.isEmpty { changed[.session(address)] = session.serialized }
        if let group, !senderKey.isEmpty { changed[.senderKey(group, address)] = senderKey.serialized }
        return changed
    }
}

extension LineKey {
    static func session(_ address: SignalAddress) -> LineKey { LineKey(.session, address.description) }

    static func senderKey(_ group: JID, _ address: SignalAddress) -> LineKey {
        LineKey(.senderKey, "\(group)|\(address)")
    }
}

extension IncomingMessage {
    /// Written to a group or a broadcast list.
    var isShared: Bool { chat.isGroup || chat.server == .broadcast }
}
