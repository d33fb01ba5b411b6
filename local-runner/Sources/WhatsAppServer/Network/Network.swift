import WhatsAppWire

/// Everything that connections share: who exists, what waits for whom, what happened.
@ServerLoop
final class Network {
    let configuration: ServerConfiguration
    let events: EventLog
    let media: MediaStore
    var faults = FaultQueue()
    /// How many went each way, on all connections.
    var stanzas: [Fault.Direction: Int] = [:]
    var random: ServerRandom
    private(set) var people: [String: Person] = [:]
    private var byHiddenID: [String: Person] = [:]
    var groups: [JID: Group] = [:]
    /// Connections that show QR codes, by ref.
    var waiting: [String: Connection] = [:]
    /// What messages of the event log point to, by their number there.
    private(set) var files: [Int: EncryptedMedia] = [:]
    private static let maximumFiles = 1_000
    /// Where files are uploaded to and fetched from: `127.0.0.1:port`.
    var mediaHost = ""
    /// Set once the server has started; without them there is nothing worth keeping.
    var keys: ServerKeys?
    var isSavingDue = false
    private var nextHiddenID = 100_000_000_000_001
    private var notifications = 0

    init(_ configuration: ServerConfiguration) {
        self.configuration = configuration
        random = ServerRandom(seed: configuration.seed)
        events = EventLog(limit: configuration.eventLimit, now: configuration.now)
        media = MediaStore(limits: configuration.mediaLimits, auth: random.hex(12))
    }

    func now() -> Int64 { configuration.now() }

    /// An id for a stanza of the server's own.
    func nextID() -> String {
        notifications += 1
        return "\(now())-\(notifications)"
    }

    // MARK: People

    /// - Parameter number: digits.
    func person(_ number: String, name: String? = nil) -> Person {
        if let known = people[number] {
            if let name { known.name = name }
            return known
        }
        let person = Person(
            number: number, lid: "\(nextHiddenID)", name: name ?? number, identity: .generate(using: &random))
        add(person)
        addSimulatedDevice(to: person, number: 0, identity: person.identity)
        changed()
        return person
    }

    func add(_ person: Person) {
        people[person.number] = person
        byHiddenID[person.lid] = person
        nextHiddenID = max(nextHiddenID, (Int(person.lid) ?? 0) + 1)
    }

    @discardableResult
    func addSimulatedDevice(to person: Person, number: UInt16, identity: KeyPair? = nil) -> SimulatedDevice {
        let device = SimulatedDevice(
            person: person, number: number, registrationID: UInt32.random(in: 1...0x3FFF, using: &random),
            identity: identity ?? .generate(using: &random), using: &random)
        person.simulated[number] = device
        person.nextDevice = max(person.nextDevice, number + 1)
        return device
    }

    func person(_ jid: JID) -> Person? {
        jid.isHiddenUser ? byHiddenID[jid.user] : jid.isPhoneNumber ? people[jid.user] : nil
    }

    func device(_ jid: JID) -> DeviceReference? {
        guard let person = person(jid), person.simulated[jid.device] != nil || person.linked[jid.device] != nil else {
            return nil
        }
        return DeviceReference(person: person, number: jid.device)
    }

    /// Where a stanza addressed to `jid` goes.
    func chat(_ jid: JID) -> Chat? {
        jid.isGroup ? groups[jid].map { .group($0) } : person(jid).map { .person($0) }
    }

    // MARK: Keys

    /// What a sender starts a session with; nil when there is no such device.
    func bundle(of device: DeviceReference, asker: DeviceReference? = nil) -> PreKeyBundle? {
        let fault = asker.flatMap { faults.take(.bundle, account: $0.person.number, stanza: nil) }
        if let fault, let asker { noteFault(fault, asker) }
        if fault?.kind == .noDevice { return nil }
        let withPreKey = fault?.kind != .noPreKey
        if let simulated = device.simulated { return simulated.signal.bundle(withPreKey: withPreKey, using: &random) }
        guard let linked = device.linked else { return nil }
        defer {
            changed()
            if linked.preKeys.count == LinkedDevice.lowPreKeys { askForKeys(linked) }
        }
        return linked.bundle(withPreKey: withPreKey)
    }

    private func askForKeys(_ device: LinkedDevice) {
        notify(device, type: "encrypt", from: .service, [Node("count", ["value": .number(device.preKeys.count)])])
    }

    // MARK: To linked devices

    func notify(_ device: LinkedDevice, type: String, from: JID, _ children: [Node], extra: Attributes = [:]) {
        var attributes: Attributes = [
            "from": .jid(from), "type": .text(type), "id": .text(nextID()), "t": .number(now()),
        ]
        for (key, value) in extra.pairs { attributes[key] = value }
        push(Node("notification", attributes, children: children), to: device)
    }

    func push(_ node: Node, to device: LinkedDevice) {
        device.queue.append(node)
        changed()
        device.connection?.pump()
    }

    /// Notes a message with a file, and what opens the file.
    func note(_ event: ServerEvent, file: EncryptedMedia) {
        files[events.note(event)] = file
        if files.count > Self.maximumFiles, let oldest = files.keys.min() { files[oldest] = nil }
    }

    func noteFault(_ fault: Fault, _ device: DeviceReference?) {
        var event = ServerEvent(.fault, account: device?.person.number, device: device?.number)
        event.type = fault.kind.rawValue
        events.note(event)
    }
}
