package import FoundationEssentials

/// A customer's message as every channel hands it to the road, whatever provider brought it.
package struct InboundMessage: Sendable, Equatable {
    package var kind: ChannelKind
    /// Our side of the channel, opaque per kind: `whatsapp:+14155238886`. Decides the organization.
    package var localAddress: String
    /// The customer's side, opaque per kind. Never parsed as a phone number without checking.
    package var remoteAddress: String
    /// The provider's id of the message: with `authors` the dedupe key within the channel.
    package var providerMessageID: String
    /// Where ids are unique only per author: all addresses of whoever wrote it, the one to keep first. Empty: the id alone names
    /// the message.
    package var authors: [String]
    package var contactName: String?
    package var type: MessageType
    package var text: String
    package var media: [MediaReference]
    /// `STOP`, `START` or `HELP` when the provider itself recognized the word, acted on it and answered.
    package var providerKeyword: String?
    /// The id of the pressed button or chosen list row, for flows; `text` holds what the customer saw.
    package var choice: String?
    /// When the provider says it was written; bounded by the caller (absurd dates become `nil`).
    package var writtenAt: Date?
    package var isGroup: Bool

    package init(
        kind: ChannelKind, localAddress: String, remoteAddress: String, providerMessageID: String,
        authors: [String] = [], contactName: String? = nil, type: MessageType = .text, text: String,
        media: [MediaReference] = [],
        providerKeyword: String? = nil, choice: String? = nil, writtenAt: Date? = nil, isGroup: Bool = false
    ) {
        self.kind = kind
        self.localAddress = localAddress
        self.remoteAddress = remoteAddress
        self.providerMessageID = providerMessageID
        self.authors = authors
        self.contactName = contactName
        self.type = type
        self.text = text
        self.media = media
        self.providerKeyword = providerKeyword
        self.choice = choice
        self.writtenAt = writtenAt
        self.isGroup = isGroup
    }
}

/// A file that came with a message, as the provider names it. Fetched later, never while a webhook waits.
package struct MediaReference: Sendable, Equatable, Codable {
    package var url: String
    package var contentType: String

    package init(url: String, contentType: String) {
        self.url = url
        self.contentType = contentType
    }

    private enum CodingKeys: String, CodingKey {
        case url
        case contentType = "content_type"
    }
}

/// Over which network, and through whom, a channel speaks.
package enum ChannelKind: String, Sendable, Codable, CaseIterable {
    case whatsappWeb = "whatsapp_web"
    case whatsappTwilio = "whatsapp_twilio"
    case messenger, instagram, telegram, signal, sandbox
}

/// Column `messages.type`.
package enum MessageType: String, Sendable, Codable, CaseIterable {
    case text, image, video, audio, document, buttons, poll, location, contact, sticker, reaction, unsupported
}
