import FoundationEssentials

/// A number of the simulated account (`IncomingPhoneNumbers`).
struct OwnedNumber: Sendable, Codable {
    let sid: String
    let phoneNumber: String
    var friendlyName: String
    /// Absent: the installation's own webhook is used.
    var smsURL: String?
    var smsMethod: String
    var statusCallback: String?
    /// What customers read above the conversation: on WhatsApp a business names itself, the account's names stay inside.
    var displayName: String?
    let createdAt: Date
    var updatedAt: Date
}

/// What the person at the phone set for a customer.
struct Customer: Sendable, Codable {
    var name: String
    /// Offline phones get messages when they are back.
    var isOnline = true
    /// Whether messages turn to read once delivered.
    var sendsReadReceipts = true
}

/// A request on its way out to Parley, or what became of it: the page's and the tests' log.
struct Delivery: Sendable {
    enum Kind: String, Sendable { case webhook, callback }

    let kind: Kind
    let messageSID: String
    let url: String
    /// Twilio's word for a callback; empty for a webhook.
    let status: String
    let at: Date
    var answer: Int?
    var milliseconds: Int
    var attempts: Int
    /// A plain sentence.
    var summary: String
}
