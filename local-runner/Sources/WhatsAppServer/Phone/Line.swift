import WhatsAppWire

/// A client that was linked to a phone.
package struct Line: Sendable, Hashable, Codable {
    /// Of the account, digits.
    package let number: String
    /// Of the client among the account's devices.
    package let device: UInt16

    package init(number: String, device: UInt16) {
        self.number = number
        self.device = device
    }
}

extension WhatsAppServer {
    /// The owner's phone scans a code.
    /// - Parameters:
    ///   - text: of the QR code, in either of its two forms.
    ///   - number: of the phone, digits; it is made if there is none yet.
    /// - Throws: `ActionError` when no client shows this code, or the client refuses the phone's answer.
    package func scan(_ text: String, as number: String, name: String? = nil) async throws -> Line {
        guard let code = PairingQR(scanned: text) else { throw ActionError("that is no code for linking a device") }
        guard let connection = network.waiting[code.ref], case .pairing(let pairing) = connection.phase else {
            throw ActionError("the code is no longer valid")
        }
        guard pairing.noiseKey == code.noiseKey else {
            throw ActionError("the code names another key than the client's")
        }
        let owner = network.person(number, name: name)
        let device = try await connection.pair(with: owner, companion: code.identity, advSecret: code.advSecret)
        return Line(number: owner.number, device: device.number)
    }

    /// The owner types the code that a client shows for `number`.
    package func enter(code text: String, as number: String, name: String? = nil) async throws -> Line {
        guard let code = PairingCode(typed: text) else { throw ActionError("a code has eight characters") }
        let found = network.waiting.values.first { connection in
            guard case .pairing(let pairing) = connection.phase else { return false }
            return pairing.hello?.number == number
        }
        guard let connection = found else { throw ActionError("no client asks for a code for \(number)") }
        let owner = network.person(number, name: name)
        let proof = try await connection.type(code, on: owner)
        let device = try await connection.pair(with: owner, companion: proof.companion, advSecret: proof.advSecret)
        return Line(number: owner.number, device: device.number)
    }

    /// The owner unlinks a client on the phone.
    package func unlink(_ line: Line) throws {
        guard let device = network.people[line.number]?.linked[line.device] else {
            throw ActionError("\(line.number) has no device \(line.device)")
        }
        network.unlink(device)
    }

    /// The account's own phone, to write as its owner.
    package func phone(of line: Line) throws -> Contact {
        guard let person = network.people[line.number] else { throw ActionError("there is no account \(line.number)") }
        return Contact(server: self, number: person.number)
    }

    /// A simulated person; made at the first mention.
    /// - Parameter number: digits.
    @discardableResult
    package func contact(
        _ number: String, name: String? = nil, appearance: Appearance? = nil
    ) throws -> Contact {
        guard (5...15).contains(number.count), number.allSatisfy(\.isASCII), number.allSatisfy(\.isNumber) else {
            throw ActionError("a number has 5 to 15 digits")
        }
        let person = network.person(number, name: name)
        if let appearance { person.appearance = appearance }
        return Contact(server: self, number: person.number)
    }
}
