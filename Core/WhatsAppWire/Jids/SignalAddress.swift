/// The name a session, identity or sender key is kept under: `100000000000001_1.0`.
package struct SignalAddress: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The user, with a suffix for every domain but phone numbers.
    package let name: String
    package let device: UInt16

    package init(name: String, device: UInt16) {
        self.name = name
        self.device = device
    }

    package var description: String { "\(name).\(device)" }
}

extension JID {
    package var signalAddress: SignalAddress {
        let domain = Self.domains.first { $0.server == server }?.byte ?? 0
        return SignalAddress(name: domain == 0 ? user : "\(user)_\(domain)", device: device)
    }
}
