import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listEvents = Endpoint(
        .get, "/api/v1/events", "What happened after a cursor; without one, where the log ends now. Answers at once.",
        for: .member(.viewer, scope: KeyScope(.conversations, .read)), takes: .query(EventQuery.form),
        answers: .one(EventPage.answer)
    ) { call, query in
        guard let after = query.after else {
            return EventPage(events: [], end: try await call.inbox.lastEvent(of: call.organization))
        }
        let events = try await call.inbox.events(of: call.organization, after: after, limit: query.limit)
        return EventPage(events: events, end: events.last?.position ?? after)
    }
}

private struct EventQuery {
    var after: EventPosition?
    var limit = 25

    static let form = Form(EventQuery()) {
        $0.optional(
            "after", \.after, .eventPosition, about: "`cursor` of the answer before; 0 is the oldest kept event.")
        $0.optional("limit", \.limit, .integer(1...100))
    }
}

private struct EventPage {
    var events: [OrganizationEvent]
    var end: EventPosition

    static let answer = Answer<EventPage> {
        $0.field("items", \.events)
        $0.field("cursor", \.end.cursor.text, about: "Send it as `after` for what comes next.")
    }
}
