package import Domain
package import Web

/// Twilio's form for a message that came in, read tolerantly: parameters appear without notice. Verify the signature before
/// reading.
package struct TwilioInbound: Sendable, Equatable {
    package let message: InboundMessage
    /// `AC...`: the account the line belongs to.
    package let accountSID: String?
    /// `STOP`, `START` or `HELP` when a messaging service recognized the word, acted on it and answered.
    package let optOutType: String?
    /// The message this one quotes, `SM...`.
    package let repliesTo: String?
    /// The id of the pressed button or chosen list row, for flows; `message.text` holds what the customer saw.
    package let choice: String?
}

/// Why a form is not a message. Names the field; carries no value of it.
package enum TwilioFormError: Error, Sendable, Equatable, CustomStringConvertible {
    case missing(String)
    case tooLong(String)
    /// U+0000, which no column keeps: an address or id without it would be another one.
    case holdsNUL(String)

    package var description: String {
        switch self {
        case .missing(let field): "The form has no \(field)."
        case .tooLong(let field): "The form's \(field) is too long."
        case .holdsNUL(let field): "The form's \(field) holds the character U+0000."
        }
    }
}

extension TwilioInbound {
    /// Twilio sends at most 10; more are left out.
    static let maximumMedia = 10
    /// Bytes. WhatsApp allows 4,096 characters of text, 65,536 bytes at the very most.
    static let maximumText = 65_536
    static let maximumAddress = 200

    package init(_ form: FormFields) throws(TwilioFormError) {
        let media = Self.media(form)
        let from = try Self.required("From", form)
        var message = InboundMessage(
            kind: .whatsappTwilio,
            localAddress: try Self.required("To", form),
            remoteAddress: from,
            providerMessageID: try Self.required("MessageSid", form),
            contactName: form.filled("ProfileName")?.cut(to: 255),
            type: Self.type(form, media: media),
            text: try Self.text(form),
            media: media)
        message.otherAddresses = Self.otherAddresses(form, beside: from)
        self.message = message
        accountSID = form.filled("AccountSid")
        optOutType = form.filled("OptOutType")
        repliesTo = form.filled("OriginalRepliedMessageSid")
        choice = form.filled("ButtonPayload") ?? form.filled("ListId")
    }

    /// An address or an id.
    private static func required(_ name: String, _ form: FormFields) throws(TwilioFormError) -> String {
        guard let value = form.filled(name) else { throw .missing(name) }
        return try identifier(value, name)
    }

    static func identifier(_ value: String, _ name: String) throws(TwilioFormError) -> String {
        guard value.utf8.count <= maximumAddress else { throw .tooLong(name) }
        guard !value.utf8.contains(0) else { throw .holdsNUL(name) }
        return value
    }

    /// A WhatsApp user id comes beside the number or instead of it (`ExternalUserIdentifier`), and the number beside the id (`WaId`).
    /// Twilio's changelog names the first field without an example, so both spellings of an address are read.
    private static func otherAddresses(_ form: FormFields, beside from: String) -> [String] {
        guard from.hasPrefix("whatsapp:") else { return [] }
        let identifier = form.filled("ExternalUserIdentifier").map { $0.hasPrefix("whatsapp:") ? $0 : "whatsapp:\($0)" }
        let number = form.filled("WaId").map { "whatsapp:+\($0)" }.flatMap { address in
            PersonNumber(address: address).map { PersonNumber(address: from) == $0 ? nil : address } ?? nil
        }
        return [identifier, number].compactMap(\.self).filter { $0 != from && $0.utf8.count <= maximumAddress }
    }

    /// What the customer wrote, or the words of what they pressed, or the place they sent.
    private static func text(_ form: FormFields) throws(TwilioFormError) -> String {
        let written = form.filled("Body") ?? form.filled("ButtonText") ?? form.filled("ListTitle") ?? place(form) ?? ""
        guard written.utf8.count <= maximumText else { throw .tooLong("Body") }
        return written
    }

    private static func place(_ form: FormFields) -> String? {
        guard let latitude = form.filled("Latitude"), let longitude = form.filled("Longitude") else { return nil }
        let words = [form.filled("Label"), form.filled("Address"), "\(latitude), \(longitude)"]
        return words.compactMap { $0 }.joined(separator: "\n")
    }

    private static func media(_ form: FormFields) -> [MediaReference] {
        let count = min(max(0, form.filled("NumMedia").flatMap { Int($0) } ?? 0), maximumMedia)
        return (0..<count).compactMap { index in
            form.filled("MediaUrl\(index)").map {
                MediaReference(
                    url: $0, contentType: form.filled("MediaContentType\(index)") ?? "application/octet-stream")
            }
        }
    }

    /// `MessageType` where WhatsApp gives one; SMS gives none, so the first file's type decides.
    private static func type(_ form: FormFields, media: [MediaReference]) -> MessageType {
        switch form.filled("MessageType")?.lowercased() {
        case "text": .text
        case "image": .image
        case "video": .video
        case "audio", "voice": .audio
        case "document", "file": .document
        case "sticker": .sticker
        case "location": .location
        case "contact", "contacts": .contact
        case "button", "interactive", "list": .buttons
        case "reaction": .reaction
        case "poll": .poll
        case nil: media.first.map { type(ofContent: $0.contentType) } ?? (place(form) == nil ? .text : .location)
        default:
            media.first.map { type(ofContent: $0.contentType) } ?? (form.filled("Body") == nil ? .unsupported : .text)
        }
    }

    private static func type(ofContent contentType: String) -> MessageType {
        let lowered = contentType.lowercased()
        return switch lowered.prefix(while: { $0 != "/" }) {
        case "image": .image
        case "video": .video
        case "audio": .audio
        case "text" where lowered.hasPrefix("text/vcard") || lowered.hasPrefix("text/x-vcard"): .contact
        default: .document
        }
    }
}

extension FormFields {
    /// Twilio sends what it doesn't know as an empty value (`WaId=` of a hidden number).
    func filled(_ name: String) -> String? {
        self[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
