import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let sendText = Endpoint(
        .post, "/api/v1/messages", also: ["POST /api/messages/send"],
        "A person writes to a number or a known chat; the conversation is theirs from then on.",
        for: .member(.agent, scope: KeyScope(.messages, .write)), takes: .body(TextForm.form),
        answers: .accepted(QueuedMessage.answer),
        faults: DocumentedFault.sending + DocumentedFault.starting, repeats: .once, limits: .sending,
        example: [
            "channel_id": .string(Example.channel), "number": .string(Example.phone), "message": "Your order is ready.",
        ]
    ) { call, sent in
        let channel = try await call.channel(of: sent.destination)
        try channel.checkLength(of: sent.message, field: "message")
        return try await call.send(to: sent.destination, on: channel) { PersonReply(id: $0, text: sent.message) }
    }
}

private struct TextForm {
    var destination = Destination()
    var message = ""

    static let form = Form(TextForm()) {
        $0.destination(\.destination)
        $0.required("message", \.message, .message(ChannelRecord.longestMessage))
    }
}
