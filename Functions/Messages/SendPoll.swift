import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let sendPoll = Endpoint(
        .post, "/api/v1/messages/poll", also: ["POST /api/messages/send/poll"],
        "Sends a poll; channels without polls get the same as a numbered text.",
        for: .member(.agent, scope: KeyScope(.messages, .write)), takes: .body(PollForm.form),
        answers: .accepted(QueuedMessage.answer),
        faults: DocumentedFault.sending + DocumentedFault.starting, repeats: .once, limits: .sending,
        example: [
            "channel_id": .string(Example.channel), "number": .string(Example.phone), "question": "Which bread?",
            "options": ["Rye", "Wheat"],
        ]
    ) { call, sent in
        let channel = try await call.channel(of: sent.destination)
        return try await call.send(to: sent.destination, on: channel) { sent.reply(id: $0, on: channel) }
    }
}

private struct PollForm {
    var destination = Destination()
    var question = ""
    var options: [String] = []
    var allowsSeveral = false

    static let form = Form(PollForm()) {
        $0.destination(\.destination)
        $0.required("question", \.question, .message(255))
        $0.required("options", \.options, .pollOptions, about: "All different.")
        $0.optional("multiple", \.allowsSeveral, .boolean, about: "Several answers may be chosen.")
    }

    /// Channels without polls get a text.
    func reply(id: MessageID, on channel: ChannelRecord) -> PersonReply {
        guard channel.kind == .whatsappWeb else { return PersonReply(id: id, text: text) }
        let poll = MessageContent.Poll(options: options, selectable: allowsSeveral ? 0 : 1)
        return PersonReply(id: id, text: question, type: .poll, content: MessageContent(poll: poll))
    }

    private var text: String {
        ([question, ""] + options.enumerated().map { "\($0 + 1). \($1)" }).joined(separator: "\n")
    }
}

extension FieldType<[String]> {
    /// As WhatsApp takes them.
    fileprivate static let pollOptions = FieldType.list(of: .text(1...100), 2...12).checked {
        options, field throws(Fault) in
        guard Set(options).count == options.count else { throw .invalid(field, "Two options are the same.") }
    }
}
