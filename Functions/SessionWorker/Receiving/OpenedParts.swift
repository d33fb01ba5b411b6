import WhatsAppWire

/// What opening the parts of one message gave, in order; a group's key comes before the message it opens.
struct OpenedParts: Sendable {
    private(set) var opened: [ReceivedMessage] = []
    private(set) var failure: SignalError?
    /// False when a part opened, but holds no message.
    private(set) var isReadable = true

    init(_ message: IncomingMessage, _ step: inout RatchetStep) {
        for part in message.encrypted { open(part, &step) }
        // A key without the message it was sent for is not the message.
        if let failure, failure != .duplicate, opened.allSatisfy({ $0.body == .empty }) { opened = [] }
    }

    private mutating func open(_ part: EncryptedMessage, _ step: inout RatchetStep) {
        do throws(SignalError) {
            let plain = try step.open(part)
            guard let received = try? ReceivedMessage(padded: plain) else {
                isReadable = false
                return
            }
            if let key = received.senderKey { step.process(key) }
            opened.append(received)
        } catch {
            // A repeat says less than a part that did not open.
            if failure == nil || failure == .duplicate { failure = error }
        }
    }
}
