import WhatsAppWire

/// A device of a simulated person, with real Signal state: it can't read what was not encrypted for it.
@ServerLoop
final class SimulatedDevice {
    unowned let person: Person
    let number: UInt16
    let keyIndex: Int?
    var signal: SignalDevice
    /// Others' group keys, by group and sender.
    var senderKeys: [SenderKeyName: SenderKeyRecord] = [:]
    /// Our own, by group, and who has it.
    var ownSenderKeys: [JID: SenderKeyRecord] = [:]
    var senderKeyHolders: [JID: Set<SignalAddress>] = [:]
    /// What we sent, for those who ask again.
    var sent = BoundedTable<Sent>(limit: 500)
    /// Messages already shown, and how often each could not be read.
    var shown = BoundedTable<Bool>(limit: 2_000)
    var failures = BoundedTable<Int>(limit: 500)
    /// Polls we know, by message id.
    var polls = BoundedTable<Poll>(limit: 100)

    struct SenderKeyName: Hashable {
        let group: JID
        let sender: SignalAddress
    }

    struct Sent {
        let message: OutgoingMessage
        let chat: Chat
        /// Times it was sent again, per device.
        var repeats: [SignalAddress: Int] = [:]
    }

    struct Poll {
        let secret: [UInt8]
        let options: [String]
        let creator: Person
        let chat: Chat
        let isLID: Bool

        /// What votes are encrypted under.
        @ServerLoop func context(id: String, voter: Person) -> PollVote.Context {
            func name(_ person: Person) -> JID { isLID ? person.hiddenJID : person.phoneNumberJID }
            return PollVote.Context(secret: secret, pollID: id, creator: name(creator), voter: name(voter))
        }
    }

    init(person: Person, number: UInt16, registrationID: UInt32, identity: KeyPair, using random: inout ServerRandom) {
        self.person = person
        self.number = number
        keyIndex = number == 0 ? nil : Int(number)
        signal = SignalDevice(
            address: person.address(device: number), identity: identity, registrationID: registrationID, using: &random)
    }

    var reference: DeviceReference { DeviceReference(person: person, number: number) }
    var jid: JID { person.jid.with(device: number) }
}

/// Where somebody writes.
enum Chat {
    case person(Person)
    case group(Group)

    @ServerLoop var jid: JID {
        switch self {
        case .person(let person): person.jid
        case .group(let group): group.jid
        }
    }

    var group: Group? {
        if case .group(let group) = self { group } else { nil }
    }
}

/// The newest entries of a table; older ones are forgotten.
struct BoundedTable<Value> {
    private let limit: Int
    private var values: [String: Value] = [:]
    private var order: [String] = []

    init(limit: Int) {
        self.limit = limit
    }

    subscript(key: String) -> Value? {
        get { values[key] }
        set {
            let isNew = values[key] == nil
            values[key] = newValue
            guard isNew, newValue != nil else { return }
            order.append(key)
            if order.count > limit { values[order.removeFirst()] = nil }
        }
    }
}
