/// Something that the server saw or did: one JSON line.
package struct ServerEvent: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        /// A client shows QR codes; `text` is its first ref.
        case waiting
        /// A client shows a pairing code for `account`.
        case codeWanted = "code_wanted"
        case paired
        /// The client refused the pairing; `detail` says why.
        case refused
        case loggedIn = "logged_in"
        /// A login was answered with `failure`.
        case turnedAway = "turned_away"
        /// The client left the passive state: queued stanzas follow.
        case active
        case disconnected
        /// The device was unlinked, by either side.
        case unlinked
        /// A simulated person wrote.
        case sent
        /// A simulated device decrypted a message.
        case message
        /// The same message came again: shown once, counted here.
        case repeated
        /// The account's own phone decrypted its copy.
        case copy
        /// A simulated device could not decrypt and asked again, unless it gave up.
        case undecryptable
        /// A client's receipt; `type` as in the stanza, `delivered` if none.
        case receipt
        /// A client acknowledged a message with an error instead of a receipt.
        case notHandled = "not_handled"
        case presence, typing
        /// A client published keys; `detail` is how many.
        case keys
        /// A fault struck; `type` names it.
        case fault
        /// A client did something that a real server would not like.
        case problem
    }

    package struct File: Sendable, Codable, Equatable {
        package let kind: String
        package let mimeType: String
        package let size: Int
        /// Hexadecimal, of the plain file. Empty when it could not be fetched and opened.
        package let sha256: String
        package let name: String?

        package init(kind: String, mimeType: String, size: Int, sha256: String, name: String?) {
            self.kind = kind
            self.mimeType = mimeType
            self.size = size
            self.sha256 = sha256
            self.name = name
        }

        enum CodingKeys: String, CodingKey {
            case kind, size, sha256, name
            case mimeType = "mime_type"
        }
    }

    /// Rises by one.
    package internal(set) var sequence = 0
    /// Seconds since 1970.
    package internal(set) var at: Int64 = 0
    package let kind: Kind
    /// The line's phone number, digits.
    package var account: String?
    /// The line's device.
    package var device: UInt16?
    /// The simulated person's phone number, digits.
    package var person: String?
    /// The simulated person's device.
    package var personDevice: UInt16?
    /// A group's JID.
    package var group: String?
    package var id: String?
    /// Of a body, a receipt, a fault.
    package var type: String?
    package var text: String?
    /// The message that a reaction, vote, edit or revocation is about, or that a reply quotes.
    package var target: String?
    package var detail: String?
    package var file: File?

    package init(_ kind: Kind, account: String? = nil, device: UInt16? = nil) {
        self.kind = kind
        self.account = account
        self.device = device
    }

    enum CodingKeys: String, CodingKey {
        case sequence, at, kind, account, device, person, group, id, type, text, target, detail, file
        case personDevice = "person_device"
    }
}
