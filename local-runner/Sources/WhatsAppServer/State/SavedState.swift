import FoundationEssentials
import WhatsAppWire

/// What a state file holds: enough for linked clients to come back. Signal sessions of simulated phones are not in it; after
/// a restart those phones ask clients again, as a reinstalled app does.
struct SavedState: Codable {
    var root: Data
    var intermediate: Data
    var server: Data
    var people: [SavedPerson]
    var groups: [SavedGroup]
}

struct SavedPerson: Codable {
    var number: String
    var lid: String
    var name: String
    var appearance: Appearance
    var sendsReadReceipts: Bool
    var identity: Data
    var devices: [UInt16]
    var nextDevice: UInt16
    var linked: [SavedDevice]
}

struct SavedDevice: Codable {
    struct Key: Codable {
        var id: UInt32
        var key: Data
    }

    var number: UInt16
    var keyIndex: UInt32
    var linkedAt: Int64
    var noise: Data
    var identity: Data
    var registrationID: UInt32
    var signedPreKey: Key
    var signature: Data
    var preKeys: [Key]
    var isNew: Bool
    /// Unacknowledged stanzas, encoded.
    var queue: [Data]
}

struct SavedGroup: Codable {
    var jid: JID
    var subject: String
    var namesHiddenUsers: Bool
    var members: [String]
    var admins: [String]
}
