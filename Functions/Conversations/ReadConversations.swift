import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listConversations = Endpoint(
        .get, "/api/v1/conversations", "The conversations of an organization, latest message first.",
        for: .member(.viewer, scope: KeyScope(.conversations, .read)), takes: .query(ConversationQuery.form),
        answers: .page(of: ConversationView.answer)
    ) { call, query in
        let conversations = try await call.inbox.conversations(
            of: call.organization, query.filter, after: query.page.after(), limit: query.page.limit + 1)
        return query.page.page(conversations) { Cursor($0.lastMessageAt, $0.id) }
    }

    static let readConversation = Endpoint(
        .get, "/api/v1/conversations/{id}", "A conversation.",
        for: .member(.viewer, scope: KeyScope(.conversations, .read)), answers: .one(ConversationView.answer)
    ) { call in
        try await call.inbox.conversation(call.id(of: "conversation"), of: call.organization).found("conversation")
    }

    static let listConversationMessages = Endpoint(
        .get, "/api/v1/conversations/{id}/messages", "The messages of a conversation, newest first.",
        for: .member(.viewer, scope: KeyScope(.conversations, .read)), takes: .query(ListQuery.form),
        answers: .page(of: MessageView.answer)
    ) { call, query in
        let conversation = try await call.inbox.conversation(call.id(of: "conversation"), of: call.organization)
            .found("conversation")
        let messages = try await call.inbox.messages(
            .conversation(conversation.id), of: call.organization, after: query.after(), limit: query.limit + 1)
        return query.page(messages) { Cursor($0.createdAt, $0.id) }
    }
}

private struct ConversationQuery {
    var filter = ConversationFilter()
    var page = ListQuery()

    static let form = Form(ConversationQuery()) {
        $0.optional("status", \.filter.status, .word())
        $0.optional("owner", \.filter.owner, .word())
        $0.optional("channel_id", \.filter.channel, .id(of: "channel"))
        $0.page(\.page)
    }
}
