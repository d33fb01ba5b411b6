package import WhatsAppWire

/// Somebody with a simulated phone.
package struct Contact: Sendable {
    let server: WhatsAppServer
    /// Digits.
    package let number: String

    /// Writes to a line.
    /// - Returns: the message's id.
    @discardableResult
    package func send(_ text: String, to line: Line, quoting quote: OutgoingMessage.Context.Quote? = nil) async throws
        -> String
    {
        try await send(.text(text, context: .init(quote: quote)), to: line)
    }

    /// - Parameter id: of the sender's choice, as each client makes its own.
    @discardableResult
    package func send(_ message: OutgoingMessage, to line: Line, under id: String? = nil) async throws -> String {
        try await server.write(message, from: number, to: line.number, under: id)
    }

    /// As the owner of a line: to another person, typed on the phone.
    @discardableResult
    package func send(_ text: String, to other: Contact) async throws -> String {
        try await server.write(.text(text), from: number, to: other.number)
    }

    /// - Parameter group: its JID.
    @discardableResult
    package func send(_ text: String, toGroup group: String) async throws -> String {
        try await server.write(.text(text), from: number, toGroup: group)
    }

    @discardableResult
    package func send(_ message: OutgoingMessage, toGroup group: String, under id: String? = nil) async throws -> String
    {
        try await server.write(message, from: number, toGroup: group, under: id)
    }
}

extension WhatsAppServer {
    func write(_ message: OutgoingMessage, from number: String, to other: String, under id: String? = nil) throws
        -> String
    {
        guard let receiver = network.people[other] else {
            throw ActionError("there is nobody with the number \(other)")
        }
        return try network.write(message, from: try phone(number), to: .person(receiver), under: id)
    }

    func write(
        _ message: OutgoingMessage, from number: String, toGroup jid: String, under id: String? = nil
    ) throws -> String {
        guard let jid = JID(jid), let group = network.groups[jid] else { throw ActionError("there is no group \(jid)") }
        let sender = try phone(number)
        guard group.has(sender.person) else { throw ActionError("\(number) is not in the group") }
        return try network.write(message, from: sender, to: .group(group), under: id)
    }

    func phone(_ number: String) throws -> SimulatedDevice {
        guard let phone = network.people[number]?.phone else {
            throw ActionError("there is nobody with the number \(number)")
        }
        return phone
    }
}
