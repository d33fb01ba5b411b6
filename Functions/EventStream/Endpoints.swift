import API
import Access
import Domain
import Store
import Web

/// What this process pushes to whoever watches.
let endpoints: [Endpoint] = [.streamEvents]

extension Endpoint {
    /// Its answer is how the stream begins; `StreamConnection` writes on from there, for the seat that was taken.
    static let streamEvents = Endpoint(
        .get, "/api/v1/events/stream",
        "Pushes what happens as server-sent events: each is an item of GET /api/v1/events, its id a cursor.",
        for: .member(
            .viewer, in: .headerOrQuery(StreamQuery.organization), scope: KeyScope(.conversations, .read)),
        takes: .query(StreamQuery.form), answers: .bytes("text/event-stream")
    ) { call, query in
        let asked = try call.request.lastEventID ?? query.after
        let start = if let asked { asked } else { try await call.inbox.lastEvent(of: call.organization) }
        call.api.part { _ in Seat() }.take(Seat.Taken(member: call.caller, start: start))
        return Response(
            status: 200,
            headers: Headers([
                ("content-type", "text/event-stream"), ("x-content-type-options", "nosniff"),
                // nginx and its like would otherwise collect the events.
                ("x-accel-buffering", "no"),
            ]), body: Array(ServerSentEvents.opening(at: start).utf8))
    }
}

private struct StreamQuery {
    static let organization = "organization_id"

    var after: EventPosition?
    /// Read when the viewer is admitted.
    var organization: OrganizationID?

    static let form = Form(StreamQuery()) {
        $0.optional(
            "after", \.after, .eventPosition,
            about: "Where to go on; 0 is the oldest kept event, the end of the log when absent. Last-Event-ID wins.")
        $0.optional(
            Self.organization, \.organization, .id(of: "organization"),
            about: "Which organization, for browsers, whose EventSource sends no headers.")
    }
}

extension Request {
    /// What a browser that comes back saw last: it repeats its first address.
    fileprivate var lastEventID: EventPosition? {
        get throws(Fault) {
            let name = "last-event-id"
            guard let text = headers[name], !text.isEmpty else { return nil }
            return try EventPosition(cursor: text, from: name)
        }
    }
}
