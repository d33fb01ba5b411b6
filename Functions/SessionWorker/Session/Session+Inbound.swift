import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// A WhatsApp message in the road's words.
extension Session {
    /// Dates that a sender's clock can't mean, seconds ahead of ours.
    private static let aheadOfTime: Double = 86_400

    func inbound(_ place: Place, type: MessageType? = nil, text: String? = nil) -> InboundMessage {
        let written = Date(timeIntervalSince1970: Double(place.timestamp))
        let isPlausible = place.timestamp > 0 && written.timeIntervalSince(now) < Self.aheadOfTime
        var inbound = InboundMessage(
            kind: .whatsappWeb, localAddress: record.address ?? account?.jid.withoutDevice.description ?? "",
            remoteAddress: place.chat.description, providerMessageID: place.id, type: type ?? place.content.body.type,
            text: text ?? place.content.body.words, writtenAt: isPlausible ? written : nil,
            isGroup: place.chat.isGroup)
        if place.chat.isGroup {
            inbound.text = "\(speaker(place)): \(inbound.text)"
        } else if !place.isFromMe {
            inbound.contactName = place.pushName
        }
        switch place.content.body {
        case .media(let media):
            inbound.media = [
                Domain.MediaReference(url: LineKey.fileURL(of: place.id), contentType: media.mimeType)
            ]
        case .choice(let id, _): inbound.choice = String(id.prefix(1000))
        default: break
        }
        return inbound
    }

    /// Who of a group wrote it.
    private func speaker(_ message: Place) -> String {
        if message.isFromMe { return "We" }
        if let name = message.pushName { return name }
        let number = people.phoneNumber(of: message.sender) ?? message.senderAlternate ?? message.sender
        return number.isPhoneNumber ? "+\(number.user)" : "Somebody"
    }
}

extension Body {
    var type: MessageType {
        switch self {
        case .text, .choice, .groupInvite, .edit: .text
        case .media(let media): media.kind.type
        case .location: .location
        case .contacts: .contact
        case .reaction: .reaction
        case .poll, .pollVote: .poll
        case .revoke, .control, .empty, .unsupported: .unsupported
        }
    }

    /// What a person would read.
    var words: String {
        switch self {
        case .location(let place):
            [place.name, place.address, "\(place.latitude), \(place.longitude)"].compactMap(\.self)
                .joined(separator: ", ")
        case .contacts(let contacts): contacts.map(\.name).joined(separator: ", ")
        case .reaction(_, let emoji): emoji
        case .poll(let name, let options, _): ([name] + options.map { "- \($0)" }).joined(separator: "\n")
        case .groupInvite(_, let name): "Invitation to the group \(name)"
        default: text ?? ""
        }
    }
}

extension MediaKind {
    var type: MessageType {
        switch self {
        case .image: .image
        case .sticker: .sticker
        case .video: .video
        case .audio: .audio
        case .document: .document
        case .history, .appState, .linkThumbnail, .stickerPack: .unsupported
        }
    }
}
