package import Domain
package import Web

/// Twilio's form for news of a message that we sent. The order of these is not
/// guaranteed, and each may come twice: `MessageStatus.advances(to:)` decides. Verify the signature before reading.
package struct TwilioStatusUpdate: Sendable, Equatable {
    package let messageSID: String
    /// `nil` when Twilio uses a word we don't know: acknowledge it and change nothing.
    package let status: MessageStatus?
    /// Twilio's own word, for the record.
    package let word: String
    package let errorCode: Int?
    /// What to tell the inbox about a failure: our own sentence of a code we know, else Twilio's if it gave one.
    package let errorReason: String?
    package var errorClass: TwilioErrorClass? { errorCode.map(TwilioErrorClass.init) }
    package let accountSID: String?
    package let from: String?
    package let to: String?
}

extension TwilioStatusUpdate {
    /// Of a failure that Twilio does not explain.
    package static let noReason = "The provider says that the message did not arrive, and not why."

    package init(_ form: FormFields) throws(TwilioFormError) {
        guard let sid = form.filled("MessageSid") ?? form.filled("SmsSid") else { throw .missing("MessageSid") }
        guard let word = form.filled("MessageStatus") ?? form.filled("SmsStatus") else {
            throw .missing("MessageStatus")
        }
        messageSID = try TwilioInbound.identifier(sid, "MessageSid")
        self.word = word
        // WhatsApp tells a read also, and for some accounts only, by the event type.
        status = form.filled("EventType") == "READ" ? .read : MessageStatus(twilio: word)
        errorCode = form.filled("ErrorCode").flatMap { Int($0) }.flatMap { $0 == 0 ? nil : $0 }
        let foreign = form.filled("ErrorMessage") ?? form.filled("ChannelStatusMessage")
        errorReason = errorCode.map { code in
            let isKnown = TwilioErrorClass(code: code) != .other
            let words = foreign.map { $0.cut(to: 300) }.flatMap { $0.isEmpty ? nil : $0 }
            return isKnown ? TwilioErrorClass.sentence(of: code) : words ?? Self.noReason
        }
        accountSID = form.filled("AccountSid")
        from = form.filled("From")
        to = form.filled("To")
    }
}
