import WhatsAppWire

extension ServerEvent {
    /// What a person would see of a message.
    mutating func describe(_ received: ReceivedMessage) {
        target = received.quote?.id
        text = received.body.text
        switch received.body {
        case .text: type = "text"
        case .media(let media): type = media.stanzaType
        case .location(let place):
            type = "location"
            detail = "\(place.latitude),\(place.longitude)"
        case .contacts: type = "contact"
        case .reaction(let key, let emoji):
            type = "reaction"
            (target, text) = (key.id, emoji)
        case .poll(_, let options, _):
            type = "poll"
            detail = options.joined(separator: ", ")
        case .pollVote(let key, _, _):
            type = "vote"
            target = key.id
        case .choice(let id, _):
            type = "choice"
            detail = id
        case .edit(let key, _):
            type = "edit"
            target = key.id
        case .revoke(let key):
            type = "revoke"
            target = key.id
        case .groupInvite: type = "group_invite"
        case .control: type = "control"
        case .empty, .unsupported: type = "unsupported"
        }
    }
}
