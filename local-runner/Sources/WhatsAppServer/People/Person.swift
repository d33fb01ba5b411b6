import WhatsAppWire

/// Somebody with a phone: a customer, or the owner of a line. The phone is simulated; further devices are simulated too or
/// are clients that linked themselves.
@ServerLoop
final class Person {
    let number: String
    let lid: String
    var name: String
    /// Signs companions; also the phone's own Signal identity.
    var identity: KeyPair
    /// How messages of this person are addressed.
    var appearance = Appearance.hiddenUser
    var sendsReadReceipts = true
    var simulated: [UInt16: SimulatedDevice] = [:]
    var linked: [UInt16: LinkedDevice] = [:]
    var nextDevice: UInt16 = 1
    /// What this phone has sent and received with other people, oldest first: devices that it links learn of it.
    private(set) var history: [HistoryChunk.Message] = []
    private static let maximumHistory = 200
    /// Lines that got this person's privacy token.
    var tokensGivenTo: Set<String> = []

    init(number: String, lid: String, name: String, identity: KeyPair) {
        self.number = number
        self.lid = lid
        self.name = name
        self.identity = identity
    }

    var phoneNumberJID: JID { .phoneNumber(number) }
    var hiddenJID: JID { .hiddenUser(lid) }
    /// As others see this person.
    var jid: JID { appearance == .hiddenUser ? hiddenJID : phoneNumberJID }
    /// The other name, as far as it is told.
    var alternate: JID? {
        switch appearance {
        case .hiddenUser: phoneNumberJID
        case .phoneNumber: nil
        case .phoneNumberWithHidden: hiddenJID
        }
    }

    /// Whichever of the two names the other is: `jid` for one, a LID for a LID.
    func jid(like other: JID) -> JID { other.isHiddenUser ? hiddenJID : phoneNumberJID }

    func remember(_ message: HistoryChunk.Message) {
        history.append(message)
        if history.count > Self.maximumHistory { history.removeFirst() }
    }

    var phone: SimulatedDevice? { simulated[0] }
    var deviceNumbers: [UInt16] { (Array(simulated.keys) + Array(linked.keys)).sorted() }

    /// Sessions are kept under the hidden id, whatever name a stanza used.
    func address(device: UInt16) -> SignalAddress { hiddenJID.with(device: device).signalAddress }
}

/// Which names of a person lines get to see.
package enum Appearance: String, Sendable, Codable, CaseIterable {
    /// From a LID, the phone number beside it.
    case hiddenUser = "lid"
    /// From a phone number; nobody is told the LID.
    case phoneNumber = "pn"
    /// From a phone number, the LID beside it.
    case phoneNumberWithHidden = "pn_with_lid"
}

/// One device of one person.
@ServerLoop
struct DeviceReference {
    let person: Person
    let number: UInt16

    var jid: JID { person.jid.with(device: number) }
    var address: SignalAddress { person.address(device: number) }
    var simulated: SimulatedDevice? { person.simulated[number] }
    var linked: LinkedDevice? { person.linked[number] }
}
