import FoundationEssentials
import WhatsAppWire

/// JSON on one line, keys sorted.
package enum JSONLine {
    package static func bytes(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Encoding fails only for numbers JSON can't hold, and there are none.
        return (try? encoder.encode(value)).map(Array.init) ?? Array("null".utf8)
    }

    static func decode<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try JSONDecoder().decode(type, from: Data(bytes))
    }
}

/// What a client needs to know.
package struct ServerView: Encodable, Sendable {
    package let url: String
    package let rootKey: String
    package let mediaURL: String

    enum CodingKeys: String, CodingKey {
        case url
        case rootKey = "root_key"
        case mediaURL = "media_url"
    }
}

/// Clients that want to be linked.
package struct WaitingView: Encodable, Sendable {
    /// How many show a QR code.
    package let codes: Int
    /// For which numbers a pairing code is shown.
    package let numbers: [String]
}

package struct AccountView: Encodable, Sendable, Equatable {
    package let number: String
    package let lid: String
    package let name: String
    package let devices: [DeviceView]
}

package struct DeviceView: Encodable, Sendable, Equatable {
    package let device: UInt16
    package let connected: Bool
    package let available: Bool
    /// Stanzas it has not acknowledged.
    package let waiting: Int
    package let preKeys: Int

    enum CodingKeys: String, CodingKey {
        case device, connected, available, waiting
        case preKeys = "pre_keys"
    }
}

package struct ContactView: Encodable, Sendable, Equatable {
    package let number: String
    package let lid: String
    package let name: String
    package let appearance: Appearance
    package let devices: [UInt16]
}

package struct GroupView: Encodable, Sendable, Equatable {
    package let group: String
    package let subject: String
    package let addressing: String
    package let members: [String]
}

extension WhatsAppServer {
    package var waitingForScan: Int { Set(network.waiting.values.map(ObjectIdentifier.init)).count }

    package var waitingForCode: [String] {
        let numbers = network.waiting.values.compactMap { connection -> String? in
            guard case .pairing(let pairing) = connection.phase else { return nil }
            return pairing.hello?.number
        }
        return Set(numbers).sorted()
    }

    /// Numbers with clients linked to them.
    package func accounts() -> [AccountView] {
        network.people.values.filter { !$0.linked.isEmpty }.sorted { $0.number < $1.number }.map { person in
            AccountView(
                number: person.number, lid: person.lid, name: person.name,
                devices: person.linked.values.sorted { $0.number < $1.number }.map { device in
                    DeviceView(
                        device: device.number, connected: device.connection != nil, available: device.isAvailable,
                        waiting: device.queue.count, preKeys: device.preKeys.count)
                })
        }
    }

    package func contacts() -> [ContactView] {
        network.people.values.filter { $0.linked.isEmpty }.sorted { $0.number < $1.number }.map { person in
            ContactView(
                number: person.number, lid: person.lid, name: person.name, appearance: person.appearance,
                devices: person.deviceNumbers)
        }
    }

    package func groups() -> [GroupView] {
        network.groups.values.sorted { $0.jid.user < $1.jid.user }.map { group in
            GroupView(
                group: group.jid.description, subject: group.subject, addressing: group.namesHiddenUsers ? "lid" : "pn",
                members: group.members.map(\.number))
        }
    }
}
