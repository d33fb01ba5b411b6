import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let reply = Endpoint(
        .post, "/api/v1/conversations/{id}/messages", "A person answers; the conversation is theirs from then on.",
        for: .member(.agent, scope: KeyScope(.messages, .write)), takes: .body(ReplyText.form),
        answers: .accepted(QueuedMessage.answer),
        faults: DocumentedFault.sending, repeats: .once, limits: .sending, example: ["message": "We open at nine."]
    ) { call, reply in
        let conversation = try await call.inbox.conversation(call.id(of: "conversation"), of: call.organization)
            .found("conversation")
        let message = PersonReply(id: MessageID(call.subject), text: reply.message)
        try await call.conversationActions.checkSendable(
            message.id, in: conversation, of: call.organization)
        return try await call.queue(message, in: conversation, isPersonal: true)
    }
}

private struct ReplyText {
    var message = ""

    static let form = Form(ReplyText()) { $0.required("message", \.message, .message(1_600)) }
}
