package import FoundationEssentials

/// A customer's message as every channel hands it to the road, whatever provider brought it.
package struct InboundMessage: Sendable, Equatable {
    package var kind: ChannelKind
    /// Our side of the channel, opaque per kind: `whatsapp:+14155238886`. Decides the organization.
    package var localAddress: String
    /// The customer's side, opaque per kind. Never parsed as a phone number without checking.
    package var remoteAddress: String
    /// Other addresses of the same kind that the provider says are the customer's: a user id beside a number, and the other way round.
    package var otherAddresses: [String] = []
    /// The provider's id of the message: the dedupe key within the channel and its author.
    package var providerMessageID: String
    /// All addresses of whoever wrote it, the one to keep first, where that is not just `remoteAddress`: WhatsApp's clients choose
    /// ids themselves, a member of a group is no address of its own, and a person may be known by two.
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

extension InboundMessage {
    /// Addresses are kept in columns of 200 characters; a provider names few.
    private static let mostAddresses = 4

    /// The telephone numbers among the customer's addresses, each in the form that its spellings share.
    package var numbers: [String] {
        guard !isGroup else { return [] }
        return ([remoteAddress] + otherAddresses.prefix(Self.mostAddresses)).compactMap {
            PersonNumber(address: $0)?.e164
        }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The customer's other addresses.
    package var aliases: [String] {
        guard !isGroup else { return [] }
        return otherAddresses.prefix(Self.mostAddresses).filter { $0 != remoteAddress }
    }

    /// Under which two messages of one person at once are told to be the same person's.
    package var personNames: [String] {
        ["\(kind.rawValue) \(remoteAddress)"] + numbers + aliases.map { "\(kind.rawValue) \($0)" }
    }

    /// Whose id the message's id is, the name to keep first: two customers may use the same. What was kept of a group's messages
    /// before members were told apart has the group for an author: one of them that is delivered again now is none of its own.
    package var authorNames: [String] {
        guard !authors.isEmpty else { return [remoteAddress] }
        return isGroup ? authors + [remoteAddress] : authors
    }
}

/// Column `messages.type`.
package enum MessageType: String, Sendable, Codable, CaseIterable {
    case text, image, video, audio, document, buttons, poll, location, contact, sticker, reaction, unsupported

    /// Asks for no answer, whatever the channel: it is stored for people, begins no turn, and neither a welcome nor the AI follows. A
    /// reaction says something about a message that was answered; of what can't be read nobody knows what it asks.
    package var isSilent: Bool {
        switch self {
        case .reaction, .unsupported: true
        case .text, .image, .video, .audio, .document, .buttons, .poll, .location, .contact, .sticker: false
        }
    }
}
