import Domain
import WhatsAppWire

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
