import Web

/// The forms Twilio posts for a message that came in and for news of one that went out.
enum WebhookForms {
    static func inbound(_ message: Message, account: String, profileName: String, apiBase: String) -> Form {
        var form = Form([
            (name: "SmsMessageSid", value: message.sid), (name: "NumMedia", value: "\(message.media.count)"),
            (name: "SmsSid", value: message.sid), (name: "SmsStatus", value: "received"),
            (name: "Body", value: message.body), (name: "To", value: message.to.description),
            (name: "NumSegments", value: "\(message.segments)"), (name: "MessageSid", value: message.sid),
            (name: "AccountSid", value: account), (name: "From", value: message.from.description),
            (name: "ApiVersion", value: "2010-04-01"),
        ])
        if message.from.channel == .whatsapp {
            form.add("ProfileName", profileName.isEmpty ? message.from.number : profileName)
            form.add("WaId", message.from.waID)
            form.add("MessageType", kind(of: message))
            form.add("ReferralNumMedia", "0")
        }
        form.add("OptOutType", message.optOutType)
        for (index, media) in message.media.enumerated() {
            form.add("MediaContentType\(index)", media.contentType)
            form.add(
                "MediaUrl\(index)",
                "\(apiBase)/2010-04-01/Accounts/\(account)/Messages/\(message.sid)/Media/\(media.sid)")
        }
        return form
    }

    private static func kind(of message: Message) -> String {
        guard let type = message.media.first?.contentType.split(separator: "/").first else { return "text" }
        return ["image", "audio", "video"].contains(type) ? String(type) : "document"
    }

    static func status(_ message: Message, account: String) -> Form {
        var form = Form([
            (name: "SmsSid", value: message.sid), (name: "SmsStatus", value: message.status.rawValue),
            (name: "MessageStatus", value: message.status.rawValue), (name: "To", value: message.to.description),
            (name: "MessageSid", value: message.sid), (name: "AccountSid", value: account),
            (name: "From", value: message.from.description), (name: "ApiVersion", value: "2010-04-01"),
        ])
        form.add("ErrorCode", message.errorCode.map(String.init))
        if message.to.channel == .whatsapp {
            form.add("ChannelPrefix", "whatsapp")
            form.add("ChannelToAddress", message.to.number)
            form.add("EventType", message.status == .read ? "READ" : message.status == .delivered ? "DELIVERED" : nil)
            form.add("ChannelStatusMessage", message.errorCode.map { TwilioRefusal.sentence($0) })
        }
        return form
    }
}
