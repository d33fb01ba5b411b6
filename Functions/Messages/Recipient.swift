import API
import Domain
import Web

/// Who a message is for.
enum Recipient: Sendable, Equatable {
    /// In any form that `PhoneNumber` reads. How it is read depends on the organization's country.
    case number(String)
    /// A chat that exists by its own address.
    case chat(String)
}

extension FieldType<Recipient> {
    /// A number, or the address of a group (`...@g.us`) or a hidden id (`...@lid`).
    static let recipient = FieldType<String>.text(1...100).as(show: { $0.text }) { text, field throws(Fault) in
        let server = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        guard server == "g.us" || server == "lid" else { return Recipient.number(text) }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .invalid(field, "This is not an address of WhatsApp.")
        }
        return .chat(text)
    }
}

extension Recipient {
    fileprivate var text: String {
        switch self {
        case .number(let text), .chat(let text): text
        }
    }
}

extension PhoneNumber {
    /// - Throws: 422 naming `number`.
    static func read(_ text: String, country: String) throws(Fault) -> PhoneNumber {
        do {
            return try PhoneNumber(text, country: country)
        } catch {
            throw .invalid("number", error.description)
        }
    }
}
