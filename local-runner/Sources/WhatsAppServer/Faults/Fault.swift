/// Something that shall go wrong, `count` times.
package struct Fault: Sendable, Codable, Equatable {
    package enum Kind: String, Sendable, Codable, CaseIterable {
        // The connection ends with a word, at once or when a stanza arrives.
        /// `stream:error 515`
        case restart
        /// `stream:error 401`, `device_removed`: the phone unlinked this device.
        case removed
        /// `stream:error`, `conflict replaced`
        case replaced
        /// `stream:error 503`
        case busy
        /// `stream:error 429`
        case limited
        /// `stream:error` that names a stanza
        case refused
        // The connection ends without a word.
        case cut
        /// After `bytes` bytes in `direction`.
        case cutAfterBytes = "cut_after_bytes"
        /// Stays open and says nothing more.
        case silence
        /// The stanza is lost, and everything else goes on.
        case lost
        /// Reads nothing for `seconds`.
        case slowRead = "slow_read"
        // A login is answered with `failure`; `code` is its reason.
        case failure
        // A client's message and its acknowledgement.
        /// Accepted, not acknowledged.
        case lostAck = "lost_ack"
        /// Not accepted; `code` is 463, 479, 429 ...
        case errorAck = "error_ack"
        /// Accepted, with a device hash that differs from the client's.
        case deviceHash = "device_hash"
        // Queued stanzas to the client.
        case duplicate, reorder
        /// The last byte of each `enc` is altered.
        case badMAC = "bad_mac"
        /// Each `enc` is a bare `plaintext` instead, as if the server wrote it.
        case plaintext
        // Frames to the client, of any stanza.
        case compressed
        /// Two frames in one WebSocket message.
        case joined
        /// A transport frame that does not open.
        case corruptFrame = "corrupt_frame"
        /// Half a frame, and then the connection ends.
        case truncatedFrame = "truncated_frame"
        // Keys.
        case noPreKey = "no_pre_key"
        /// The device is unknown.
        case noDevice = "no_device"
        // Pairing.
        /// The account demands a passkey instead of sending `pair-success`.
        case passkey
        // A simulated device claims that it can't read a message.
        case retry
        case retryWithKeys = "retry_with_keys"

        package var point: Point {
            switch self {
            case .restart, .removed, .replaced, .busy, .limited, .refused, .cut, .lost, .silence, .slowRead: .stanza
            case .cutAfterBytes: .bytes
            case .failure: .login
            case .lostAck, .errorAck, .deviceHash: .acknowledgement
            case .duplicate, .reorder, .badMAC, .plaintext: .delivery
            case .compressed, .joined, .corruptFrame, .truncatedFrame: .frame
            case .noPreKey, .noDevice: .bundle
            case .passkey: .pairing
            case .retry, .retryWithKeys: .decryption
            }
        }
    }

    /// Where it strikes.
    package enum Point: Sendable {
        case stanza, bytes, login, acknowledgement, delivery, frame, bundle, pairing, decryption
    }

    package enum Direction: String, Sendable, Codable, CaseIterable {
        /// From the client.
        case received = "in"
        /// To the client.
        case sent = "out"
    }

    package var kind: Kind
    /// Of whom: a line's phone number, digits. Anybody's if nil.
    package var account: String?
    /// On which stanza: a tag (`message`), or for queries `iq:<xmlns>`. Any if nil.
    package var stanza: String?
    package var direction = Direction.received
    /// Matching stanzas to let pass first.
    package var skip = 0
    package var count = 1
    /// After the stanza was handled; otherwise it is lost.
    package var afterwards = false
    /// Of `cutAfterBytes`, counted from the first byte of a connection.
    package var bytes: Int?
    package var code: Int?
    /// Of a temporary ban.
    package var ban: Int?
    /// Of a ban's length and of `slowRead`.
    package var seconds: Double?

    package init(
        _ kind: Kind, account: String? = nil, stanza: String? = nil, direction: Direction = .received, skip: Int = 0,
        count: Int = 1, afterwards: Bool = false, bytes: Int? = nil, code: Int? = nil, ban: Int? = nil,
        seconds: Double? = nil
    ) {
        self.kind = kind
        self.account = account
        self.stanza = stanza
        self.direction = direction
        self.skip = skip
        self.count = count
        self.afterwards = afterwards
        self.bytes = bytes
        self.code = code
        self.ban = ban
        self.seconds = seconds
    }

    package init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            try values.decode(Kind.self, forKey: .kind),
            account: try values.decodeIfPresent(String.self, forKey: .account),
            stanza: try values.decodeIfPresent(String.self, forKey: .stanza),
            direction: try values.decodeIfPresent(Direction.self, forKey: .direction) ?? .received,
            skip: try values.decodeIfPresent(Int.self, forKey: .skip) ?? 0,
            count: try values.decodeIfPresent(Int.self, forKey: .count) ?? 1,
            afterwards: try values.decodeIfPresent(Bool.self, forKey: .afterwards) ?? false,
            bytes: try values.decodeIfPresent(Int.self, forKey: .bytes),
            code: try values.decodeIfPresent(Int.self, forKey: .code),
            ban: try values.decodeIfPresent(Int.self, forKey: .ban),
            seconds: try values.decodeIfPresent(Double.self, forKey: .seconds))
    }
}
