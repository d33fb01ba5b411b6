import DequeModule
import WhatsAppWire

/// A client that was linked by a phone: its public keys, and the stanzas that it has not acknowledged yet.
@ServerLoop
final class LinkedDevice {
    unowned let person: Person
    let number: UInt16
    let keyIndex: UInt32
    let noiseKey: PublicKey
    let linkedAt: Int64
    var identity: PublicKey
    var registrationID: UInt32
    var signedPreKey: SignedPreKey.Public
    var preKeys: Deque<PreKey.Public> = []
    var queue: StanzaQueue
    /// Until its first activity: history and names are still to be sent.
    var isNew = true
    /// Shown as online by its last presence.
    var isAvailable = false
    weak var connection: Connection?

    /// Ask for more keys when fewer are left.
    static let lowPreKeys = 5
    static let maximumPreKeys = 4_096

    init(person: Person, number: UInt16, keyIndex: UInt32, keys: Keys, linkedAt: Int64, queueLimit: Int) {
        self.person = person
        self.number = number
        self.keyIndex = keyIndex
        self.linkedAt = linkedAt
        noiseKey = keys.noise
        identity = keys.identity
        registrationID = keys.registrationID
        signedPreKey = keys.signedPreKey
        queue = StanzaQueue(limit: queueLimit)
    }

    struct Keys {
        let noise: PublicKey
        let identity: PublicKey
        let registrationID: UInt32
        let signedPreKey: SignedPreKey.Public
    }

    var reference: DeviceReference { DeviceReference(person: person, number: number) }

    func publish(_ upload: PreKeyStanzas.Upload) {
        identity = upload.identity
        registrationID = upload.registrationID
        signedPreKey = upload.signedPreKey
        preKeys += upload.preKeys.prefix(max(0, Self.maximumPreKeys - preKeys.count))
    }

    /// A bundle; its one-time key is given away once.
    func bundle(withPreKey: Bool) -> PreKeyBundle {
        PreKeyBundle(
            registrationID: registrationID, identity: identity, signedPreKey: signedPreKey,
            preKey: withPreKey ? preKeys.popFirst() : nil)
    }
}
