import Domain
import Store
import Web

extension ChannelRecord {
    /// UTF-16 units, on any channel. Longer texts nobody reads on a phone.
    static let longestMessage = 4_096

    /// Each provider has a limit of its own; Twilio's is 1,600.
    func checkLength(of text: String, field: String) throws(Fault) {
        let limit = kind == .whatsappWeb ? Self.longestMessage : 1_600
        guard text.utf16.count <= limit else { throw .invalid(field, "At most \(limit) characters on this channel.") }
    }
}
