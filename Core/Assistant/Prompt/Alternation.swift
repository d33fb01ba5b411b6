/// The one order of turns that all providers take: the customer's is the first and the last, and between them they take turns.
///
/// Two quick messages in a row, a welcome before the customer's first word, a history that ends with the business: some
/// models refuse such requests (Mistral, Claude 4.6 and later, which take no beginning of their own answer), others answer worse.
extension [ModelMessage] {
    /// Never empty; the same list when it is in order already. What was said is kept, in its order.
    package var alternating: [ModelMessage] {
        var turns: [ModelMessage] = []
        for message in filter({ !$0.text.trimmed.isEmpty }) {
            if let last = turns.last, last.role == message.role {
                turns[turns.count - 1].text += "\n" + message.text
            } else {
                turns.append(message)
            }
        }
        if turns.first?.role != .user { turns.insert(.opening, at: 0) }
        if turns.last?.role != .user { turns.append(.waiting) }
        return turns
    }
}

extension ModelMessage {
    /// Stands before what the business said first.
    fileprivate static let opening = ModelMessage(role: .user, text: "(The customer opened the chat.)")
    /// Stands behind what the business said last.
    fileprivate static let waiting = ModelMessage(role: .user, text: "(The customer waits for your next message.)")
}
