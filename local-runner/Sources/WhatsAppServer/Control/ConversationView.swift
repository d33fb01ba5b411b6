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
        package let file: Happening.File?
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
        for happening in remembered(limit: .max) where happening.group == nil {
            switch happening.kind {
            case .sent where happening.person == person && happening.account == account:
                places[happening.id ?? ""] = view.messages.count
                view.messages.append(message(happening, mine: true))
            case .sent where happening.person == account && happening.account == person:
                view.messages.append(message(happening, mine: false))
            case .message
            where happening.account == account && happening.person == person && happening.personDevice == 0:
                view.messages.append(message(happening, mine: false))
                view.typing = false
            case .receipt where happening.account == account: view.note(happening, places)
            case .typing where happening.account == account && happening.person == person:
                view.typing = happening.type == "composing"
            default: break
            }
        }
        return view
    }

    private func message(_ happening: Happening, mine: Bool) -> ConversationView.Message {
        ConversationView.Message(
            id: happening.id ?? "", mine: mine, type: happening.type ?? "text", text: happening.text, at: happening.at,
            status: "sent", file: happening.file, sequence: happening.sequence)
    }
}

extension ConversationView {
    /// Ticks only go forward.
    fileprivate mutating func note(_ receipt: Happening, _ places: [String: Int]) {
        let isRead = receipt.type == "read" || receipt.type == "played"
        let isDelivered = ["delivered", "inactive", "peer_msg"].contains(receipt.type)
        let ids = [receipt.id].compactMap(\.self) + (receipt.detail ?? "").split(separator: " ").map(String.init)
        for place in ids.compactMap({ places[$0] }) {
            if isRead { messages[place].status = "read" }
            if isDelivered, messages[place].status == "sent" { messages[place].status = "delivered" }
        }
    }
}
