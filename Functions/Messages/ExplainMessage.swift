import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    /// "Why was there (no) reply?"
    static let explainMessage = Endpoint(
        .get, "/api/v1/messages/{id}/why",
        "Why a message was answered so, or not: every decision in order, then what became of the replies.",
        for: .member(.viewer, scope: KeyScope(.messages, .read)), answers: .one(MessageTrail.answer)
    ) { call in
        try await call.inbox.trail(call.id(of: "message"), of: call.organization).found("message")
    }
}

extension MessageTrail {
    fileprivate static let answer = Answer<MessageTrail> {
        $0.field("message", \.message, MessageView.answer)
        $0.field("trail", \.decisions, each: DecisionRecord.answer)
        $0.field("statuses", \.statuses, each: StatusView.answer)
    }
}

extension DecisionRecord {
    fileprivate static let answer = Answer<DecisionRecord> {
        $0.field("gate", \.gate, about: "Which question was asked: hours, quota, owner ...")
        $0.field("outcome", \.outcome)
        $0.field("reason", \.reason, about: "A sentence for people.")
        $0.field("at", \.at)
    }
}

extension StatusView {
    fileprivate static let answer = Answer<StatusView> {
        $0.field("message_id", \.message)
        $0.word("status", \.status, of: MessageStatus.self)
        $0.field("error_code", \.errorCode)
        $0.field("at", \.at)
    }
}
