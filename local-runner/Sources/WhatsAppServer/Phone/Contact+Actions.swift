import WhatsAppWire

extension Contact {
    @discardableResult
    package func send(_ draft: Draft, to line: Line) async throws -> String {
        try await server.write(draft, from: number, to: line.number)
    }

    @discardableResult
    package func send(_ draft: Draft, toGroup group: String) async throws -> String {
        try await server.write(draft, from: number, toGroup: group)
    }

    package func type(to line: Line, isTyping: Bool = true) async throws {
        try await server.type(from: number, to: line.number, isTyping: isTyping)
    }

    /// From now on lines see this person under other names: the move from phone number to hidden id, and back.
    package func appear(as appearance: Appearance) async throws {
        try await server.contact(number, appearance: appearance)
    }

    package func setSendsReadReceipts(_ sends: Bool) async {
        await server.setSendsReadReceipts(sends, of: number)
    }

    /// Another device of this person joins: messages have to go to it as well.
    /// - Returns: its number.
    @discardableResult
    package func addDevice() async throws -> UInt16 { try await server.addDevice(to: number) }

    /// A new phone: the Signal identity changes and every session is lost.
    package func reinstall() async throws { try await server.reinstall(number) }
}

extension WhatsAppServer {
    func person(_ number: String) -> Person? { network.people[number] }

    func setSendsReadReceipts(_ sends: Bool, of number: String) {
        person(number)?.sendsReadReceipts = sends
    }

    func write(_ draft: Draft, from number: String, to other: String) throws -> String {
        guard let receiver = person(other) else { throw ActionError("there is nobody with the number \(other)") }
        return try network.write(draft, from: try phone(number), to: .person(receiver))
    }

    func write(_ draft: Draft, from number: String, toGroup text: String) throws -> String {
        guard let jid = JID(text), let group = network.groups[jid] else {
            throw ActionError("there is no group \(text)")
        }
        let sender = try phone(number)
        guard group.has(sender.person) else { throw ActionError("\(number) is not in the group") }
        return try network.write(draft, from: sender, to: .group(group))
    }

    /// Wants no acknowledgement, so whoever is away misses it.
    func type(from number: String, to other: String, isTyping: Bool) throws {
        let sender = try phone(number)
        let state = Node(
            "chatstate", ["from": .jid(sender.person.jid)], children: [Node(isTyping ? "composing" : "paused")])
        let devices = person(other).map { Array($0.linked.values) } ?? []
        for device in devices { device.connection?.send(state) }
    }

    func addDevice(to number: String) throws -> UInt16 {
        let person = try phone(number).person
        let device = network.addSimulatedDevice(to: person, number: person.nextDevice)
        let change = Node(
            "add", children: [Node("device", ["jid": .jid(device.jid), "key-index": .number(device.number)])])
        network.tellLines(about: person, type: "devices", [change])
        return device.number
    }

    func reinstall(_ number: String) throws {
        let person = try phone(number).person
        person.identity = .generate(using: &network.random)
        network.addSimulatedDevice(to: person, number: 0, identity: person.identity)
        network.tellLines(about: person, type: "encrypt", [Node("identity")])
    }
}
