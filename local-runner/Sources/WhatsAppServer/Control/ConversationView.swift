/// What a simulated person's phone shows of a chat with a line.
package struct ConversationView: Encodable, Sendable, Equatable {
    package struct Message: Encodable, Sendable, Equatable {
        package let id: String
        /// By the simulated person.
        package let mine: Bool
        package let type: String
        package let text: String?
        /// Seconds since 1970.
        package let at: Int64
        /// Of one's own: sent, delivered or read.
        package var status: String
        package let file: ServerEvent.File?
        /// Where its file can be looked at: `/files/<number>`.
        package let sequence: Int
    }

    package var messages: [Message] = []
    /// The line is writing.
    package var typing = false
}

extension WhatsAppServer {
    /// - Parameters:
    ///   - person: the customer's number, digits.
    ///   - account: the line's.
    package func conversation(of person: String, with account: String) -> ConversationView {
        var view = ConversationView()
        var places: [String: Int] = [:]
        for event in remembered(limit: .max) where event.group == nil {
            switch event.kind {
            case .sent where event.person == person && event.account == account:
                places[event.id ?? ""] = view.messages.count
                view.messages.append(message(event, mine: true))
            case .sent where event.person == account && event.account == person:
                view.messages.append(message(event, mine: false))
            case .message
            where event.account == account && event.person == person && event.personDevice == 0:
                view.messages.append(message(event, mine: false))
                view.typing = false
            case .receipt where event.account == account: view.note(event, places)
            case .typing where event.account == account && event.person == person:
                view.typing = event.type == "composing"
            default: break
            }
        }
        return view
    }

    private func message(_ event: ServerEvent, mine: Bool) -> ConversationView.Message {
        ConversationView.Message(
            id: event.id ?? "", mine: mine, type: event.type ?? "text", text: event.text, at: event.at,
            status: "sent", file: event.file, sequence: event.sequence)
    }
}

extension ConversationView {
    /// Ticks only go forward.
    fileprivate mutating func note(_ receipt: ServerEvent, _ places: [String: Int]) {
        let isRead = receipt.type == "read" || receipt.type == "played"
        let isDelivered = ["delivered", "inactive", "peer_msg"].contains(receipt.type)
        let ids = [receipt.id].compactMap(\.self) + (receipt.detail ?? "").split(separator: " ").map(String.init)
        for place in ids.compactMap({ places[$0] }) {
            if isRead { messages[place].status = "read" }
            if isDelivered, messages[place].status == "sent" { messages[place].status = "delivered" }
        }
    }
}
