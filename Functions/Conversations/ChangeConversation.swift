import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let changeConversation = Endpoint(
        .patch, "/api/v1/conversations/{id}", "Sets the status of a conversation.",
        for: .member(.agent, scope: KeyScope(.conversations, .write)), takes: .body(StatusChange.form),
        answers: .one(ConversationView.answer),
        example: ["status": "resolved"]
    ) { call, change in
        try await call.conversations.setStatus(
            call.id(of: "conversation"), of: call.organization, change.status, at: call.now
        ).found("conversation")
    }

    static let takeOverConversation = Endpoint(
        .post, "/api/v1/conversations/{id}/takeover", "A person answers from now on; machines are silent.",
        for: .member(.agent, scope: KeyScope(.conversations, .write)), answers: .one(Ownership.answer)
    ) { call in
        try await call.conversationActions.takeOver(call.id(of: "conversation"), of: call.organization, by: call.user)
    }

    static let returnConversation = Endpoint(
        .post, "/api/v1/conversations/{id}/return", "Machines may answer again; a question that waits is answered now.",
        for: .member(.agent, scope: KeyScope(.conversations, .write)), answers: .one(Ownership.answer),
        limits: .answering
    ) { call in
        let given = try await call.conversationActions.giveBack(call.id(of: "conversation"), of: call.organization)
        if given.wakeNeeded { await call.api.wakeRunner() }
        return given.ownership
    }
}

private struct StatusChange {
    var status = ConversationRecord.Status.open

    static let form = Form(StatusChange()) { $0.required("status", \.status, .word()) }
}

extension Ownership {
    fileprivate static let answer = Answer<Ownership> {
        $0.field("owner", \.owner)
        $0.field("owner_user_id", \.user)
        $0.field("epoch", \.epoch)
    }
}
