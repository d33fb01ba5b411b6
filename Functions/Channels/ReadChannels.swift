import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listChannels = Endpoint(
        .get, "/api/v1/channels", also: formerRoutes("GET"), "The organization's channels, oldest first.",
        for: .member(.viewer), takes: .query(ListQuery.form), answers: .page(of: ChannelView.answer)
    ) { call, query in
        let found = try await call.channels.list(of: call.organization, after: query.after(), limit: query.limit + 1)
        return query.page(found) { Cursor($0.createdAt, $0.id) }
    }

    static let readChannel = Endpoint(
        .get, "/api/v1/channels/{id}", also: formerRoutes("GET", rest: "/{id}"),
        "A channel and, for a line over WhatsApp Web, its link.",
        for: .member(.viewer), answers: .one(ChannelView.answer)
    ) { call in
        try await call.channels.channel(try call.id(of: "channel"), of: call.organization).found("channel")
    }
}
