package import Domain
package import FoundationEssentials
import Postgres

/// A connected WhatsApp number as its owner sees it, and for a line over WhatsApp Web what is known of its link.
package struct ChannelView: Sendable, Equatable {
    package var id: ChannelID
    package var kind: ChannelKind
    package var name: String
    package var description: String
    package var status: LineStatus
    /// One plain sentence: why the channel is in this status.
    package var statusReason: String
    package var autoReply: Bool
    package var isPrimary: Bool
    package var answersGroups: Bool
    package var persona: PersonaID?
    /// JSON that `BusinessHours` wrote; `nil`: the organization's hours.
    package var businessHours: String?
    package var address: String?
    package var createdAt: Date
    package var updatedAt: Date
    /// `nil` for a number of a provider.
    package var link: Link?

    package struct Link: Sendable, Equatable {
        /// `connected`, `stopped` or `unlinked`.
        package var wanted: String
        package var phoneNumber: String?
        package var pushName: String?
        package var platform: String?
        package var linkedAt: Date?
        package var connectedAt: Date?
        package var disconnectedAt: Date?
        package var bannedUntil: Date?
        /// Connections in a row that failed.
        package var failures: Int
        /// When the next one is made; `nil`: none is waited for.
        package var retryAt: Date?
        package var nextStep: String
        package var isReplyOnly: Bool
        /// A session worker holds the line now.
        package var isHeld: Bool
    }

    static let columns = """
        c.id, c.kind, c.name, c.description, c.status, c.status_reason, c.auto_reply, c.is_primary, c.answers_groups,
        c.persona_id, c.business_hours, c.address, c.created_at, c.updated_at, l.wanted, l.phone_number, l.push_name,
        l.platform, l.linked_at, l.connected_at, l.disconnected_at, l.banned_until, l.failures, l.retry_at, l.next_step, l.reply_only,
        coalesce(l.leased_until > clock_timestamp(), false) as is_held
        """
    static let tables = "channels c left join whatsapp_lines l on l.channel_id = c.id"
    /// Channels that people know by a WhatsApp number.
    static let isWhatsApp = "c.kind in ('whatsapp_web', 'whatsapp_twilio') and c.deleted_at is null"

    init(row: Row) throws {
        id = try row["id"]
        kind = try row.value("kind")
        name = try row["name"]
        description = try row["description"]
        status = try row.value("status")
        statusReason = try row["status_reason"]
        autoReply = try row["auto_reply"]
        isPrimary = try row["is_primary"]
        answersGroups = try row["answers_groups"]
        persona = try row["persona_id"]
        businessHours = try row["business_hours"]
        address = try row["address"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
        link = try (row["wanted"] as String?).map { wanted in
            Link(
                wanted: wanted, phoneNumber: try row["phone_number"], pushName: try row["push_name"],
                platform: try row["platform"], linkedAt: try row["linked_at"], connectedAt: try row["connected_at"],
                disconnectedAt: try row["disconnected_at"], bannedUntil: try row["banned_until"],
                failures: try row["failures"], retryAt: try row["retry_at"],
                nextStep: try row["next_step"], isReplyOnly: try row["reply_only"], isHeld: try row["is_held"])
        }
    }
}

/// What is on the screen while a line is being linked. Whoever sees it may link a device.
package struct LinkState: Sendable, Equatable {
    package var channel: ChannelView
    /// `qr` or `code`.
    package var pairing: String
    package var pairingPhone: String?
    /// Text of the code to scan, while it is valid.
    package var qr: String?
    /// Real seconds for which it still is.
    package var qrSeconds: Double?
    package var pairingCode: String?
    package var pairingCodeSeconds: Double?

    init(row: Row) throws {
        channel = try ChannelView(row: row)
        pairing = try row["pairing"]
        pairingPhone = try row["pairing_phone"]
        qr = try row["qr"]
        qrSeconds = try row["qr_seconds"]
        pairingCode = try row["pairing_code"]
        pairingCodeSeconds = try row["pairing_code_seconds"]
    }
}

/// A line that is to be made.
package struct NewLine: Sendable, Equatable {
    package var id: ChannelID
    package var name: String
    package var description = ""
    package var persona: PersonaID?
    package var autoReply = true
    package var answersGroups = false
    package var isReplyOnly = true
    /// Digits of the phone that will type a pairing code; `nil` for a QR code.
    package var pairingPhone: String?

    package init(id: ChannelID, name: String) {
        self.id = id
        self.name = name
    }
}

/// The fields an owner may set; `nil` leaves a field as it is.
package struct ChannelChange: Sendable, Equatable {
    package var name: String?
    package var description: String?
    package var autoReply: Bool?
    package var answersGroups: Bool?
    package var isReplyOnly: Bool?
    package var becomesPrimary = false
    /// `.some(nil)` takes it away.
    package var persona: PersonaID??
    /// JSON that `BusinessHours` wrote; `.some(nil)` goes back to the organization's hours.
    package var businessHours: String??

    package init() {}
}

/// What an owner asks of a line.
package enum LineRequest: Sendable, Equatable {
    /// Connect, whatever stopped it; show a QR code when it isn't linked.
    case connect
    /// Show a code that the phone with these digits types in.
    case pairingCode(phone: String)
    /// Close the connection and stay linked.
    case disconnect
    /// Unlink the device on the phone as well, and forget its keys.
    case logOut
}

package enum ChannelStoreError: Error, Equatable {
    case noChannel, noOrganization, unknownPersona
    /// It is released, not deleted.
    case providerNumber
    case planLimit(Int)
}
