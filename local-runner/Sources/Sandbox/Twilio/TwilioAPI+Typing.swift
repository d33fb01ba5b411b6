import Web

extension TwilioAPI {
    /// The typing indicator in both shapes: v2 takes a form, v3 JSON.
    var typingEndpoints: [Endpoint] {
        [
            guarded("POST /v2/Indicators/Typing.json", .typing) { request in
                let form = try request.postedForm()
                return try await showTyping(messageID: form["messageId"], channel: form["channel"])
            },
            guarded("POST /v3/Indicators/Typing.json", .typing) { request in
                let body = try request.jsonBody()
                return try await showTyping(messageID: body["messageId"]?.string, channel: body["channel"]?.string)
            },
        ]
    }

    private func showTyping(messageID: String?, channel: String?) async throws -> Reply {
        guard channel?.lowercased() == "whatsapp" else { throw TwilioRefusal(20001, "channel must be whatsapp") }
        guard let messageID, isSID(messageID, "SM") || isSID(messageID, "MM") else {
            throw TwilioRefusal(20001, "messageId must be a message SID")
        }
        guard await twilio.showTyping(messageID) else { throw TwilioRefusal.notFound("/Messages/\(messageID)") }
        return .json(["success": true])
    }
}
