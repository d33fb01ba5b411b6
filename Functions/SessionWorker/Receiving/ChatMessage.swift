import WhatsAppWire

/// A message that was opened, and the chat it belongs to.
struct ChatMessage: Sendable {
    /// The person or group, as threads know it.
    let chat: JID
    /// As it is stored (`StoredID`).
    let id: String
    /// The author.
    let sender: JID
    /// The author's other address.
    let senderAlternate: JID?
    let isFromMe: Bool
    let pushName: String?
    /// Seconds since 1970.
    let timestamp: Int64
    let content: ReceivedMessage

    init(_ message: IncomingMessage, in chat: JID, _ content: ReceivedMessage) {
        self.chat = chat
        id = StoredID.of(message.id)
        sender = message.sender
        senderAlternate = message.senderAlternate
        isFromMe = message.isFromMe
        pushName = message.pushName
        timestamp = message.timestamp
        self.content = content
    }

    /// From the phone's history.
    init(_ message: HistorySync.Message, in chat: JID) {
        self.chat = chat
        id = StoredID.of(message.id)
        sender = message.participant ?? chat
        senderAlternate = nil
        isFromMe = message.isFromMe
        pushName = message.pushName
        timestamp = message.timestamp
        content = message.content
    }
}
