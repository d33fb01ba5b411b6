import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listChannelMessages = Endpoint(
        .get, "/api/v1/channels/{id}/messages",
        also: ["GET /api/accounts/{id}/messages", "GET /api/v1/accounts/{id}/messages"],
        "The messages of a channel, newest first.",
        for: .member(.viewer, scope: KeyScope(.messages, .read)), takes: .query(ListQuery.form),
        answers: .page(of: MessageView.answer)
    ) { call, query in
        let channel = try await call.inbox.channel(call.id(of: "channel"), of: call.organization).found("channel")
        let messages = try await call.inbox.messages(
            .channel(channel.id), of: call.organization, after: query.after(), limit: query.limit + 1)
        return query.page(messages) { Cursor($0.createdAt, $0.id) }
    }
}
