/// An address: `user[:device]@server`. Device 0 is the phone, companions count from 1.
package struct JID: Hashable, Sendable {
    package struct Server: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// Phone-number users ("PN"), and the server itself when the user is empty.
        package static let phoneNumber = Server(rawValue: "s.whatsapp.net")
        /// Users by hidden id ("LID").
        package static let hiddenUser = Server(rawValue: "lid")
        package static let group = Server(rawValue: "g.us")
        package static let broadcast = Server(rawValue: "broadcast")
        package static let newsletter = Server(rawValue: "newsletter")
        package static let bot = Server(rawValue: "bot")
        package static let hosted = Server(rawValue: "hosted")
        package static let hostedHiddenUser = Server(rawValue: "hosted.lid")
        package static let messenger = Server(rawValue: "msgr")
        package static let interop = Server(rawValue: "interop")
    }

    package var user: String
    package var device: UInt16
    package var server: Server
    /// Only for `interop`.
    package var integrator: UInt16

    package init(user: String, device: UInt16 = 0, server: Server, integrator: UInt16 = 0) {
        self.user = user
        self.device = device
        self.server = server
        self.integrator = integrator
    }

    /// The service itself: where queries go.
    package static let service = JID(user: "", server: .phoneNumber)

    package static func phoneNumber(_ digits: String, device: UInt16 = 0) -> JID {
        JID(user: digits, device: device, server: .phoneNumber)
    }

    package static func hiddenUser(_ digits: String, device: UInt16 = 0) -> JID {
        JID(user: digits, device: device, server: .hiddenUser)
    }

    package var isGroup: Bool { server == .group }
    package var isHiddenUser: Bool { server == .hiddenUser || server == .hostedHiddenUser }
    package var isPhoneNumber: Bool { (server == .phoneNumber || server == .hosted) && !user.isEmpty }
    package var isUser: Bool { isPhoneNumber || isHiddenUser }

    /// The user, whatever the device.
    package var withoutDevice: JID { with(device: 0) }

    package func with(device: UInt16) -> JID {
        var copy = self
        copy.device = device
        return copy
    }
}

extension JID: LosslessStringConvertible, Codable {
    private static let maximumLength = 256

    /// Parses `user[:device]@server`, `user.agent:device@server`, `@server` or a bare server name. Nil for anything else.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumLength else { return nil }
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let server = parts.last, !server.isEmpty, !server.contains("@") else { return nil }
        guard parts.count == 2 else {
            guard text == Server.phoneNumber.rawValue else { return nil }
            self = .service
            return
        }
        let local = parts[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        var device: UInt16 = 0
        if local.count == 2 {
            guard !local[0].isEmpty, let number = UInt16(local[1]) else { return nil }
            device = number
        }
        self.init(user: String(local.first ?? ""), device: device, server: Server(rawValue: String(server)))
        dropAgent()
    }

    /// `15551234567.0:2`: an agent, always 0 here, that only device hashes spell out.
    private mutating func dropAgent() {
        guard isUser, let dot = user.lastIndex(of: "."), UInt8(user[user.index(after: dot)...]) != nil else { return }
        user = String(user[..<dot])
    }

    package var description: String {
        device == 0 ? "\(user)@\(server.rawValue)" : "\(user):\(device)@\(server.rawValue)"
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let jid = JID(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a JID")
        }
        self = jid
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
