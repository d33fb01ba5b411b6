import Access
import Conversation
import Domain
import FoundationEssentials
import Store
import Web

/// Messages: send one as a person (text, file, poll), list those of a line, explain any of them; and the files to send.
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own).
/// A message that is sent is a row in the outbox before anything leaves; with `Idempotency-Key` a repeat finds that row.
/// The machines are silent in its conversation from then on, as with any person's answer.
struct MessagesHandler: Sendable {
    let inbox: InboxReads
    let desk: Desk
    let uploads: UploadStore
    let links: UploadLinks
    let writes: IdempotentWrites
    let clock: WallClock
    let wakeRunner: @Sendable () async -> Void

    func list(_ request: Request, _ caller: Caller) async throws -> Response {
        let page = try PageRequest(try request.query(knowing: PageRequest.names), parts: 2)
        let id: ChannelID = try request.id("id", of: "account")
        guard try await inbox.line(id, of: caller.organization) != nil else { throw Fault.notFound("account") }
        let messages = try await inbox.messages(
            .line(id), of: caller.organization, after: try page.cursor?.position(), limit: page.limit + 1)
        return .page(Page(messages, limit: page.limit) { Cursor($0.createdAt, $0.id) }, \.json)
    }

    /// "Why was there (no) reply?": every decision in order, then what became of the replies.
    func why(_ request: Request, _ caller: Caller) async throws -> Response {
        guard let trail = try await inbox.trail(try request.id("id", of: "message"), of: caller.organization) else {
            throw Fault.notFound("message")
        }
        return .value([
            "message": trail.message.json, "trail": .array(trail.decisions.map(\.json)),
            "statuses": .array(trail.statuses.map(\.json)),
        ])
    }
}

extension DecisionRecord {
    var json: JSONValue {
        .object(["gate": .string(gate), "outcome": .string(outcome), "reason": .string(reason), "at": .time(at)])
    }
}

extension StatusView {
    var json: JSONValue {
        .object([
            "message_id": .string(message.text), "status": .string(status), "error_code": .text(errorCode),
            "at": .time(at),
        ])
    }
}

extension MessagesHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        for route in ["POST /api/messages/send", "POST /api/v1/messages"] { routes.member(route, send) }
        for route in ["POST /api/messages/send/media", "POST /api/v1/messages/media"] {
            routes.member(route, sendMedia)
        }
        for route in ["POST /api/messages/send/poll", "POST /api/v1/messages/poll"] { routes.member(route, sendPoll) }
        for route in ["GET /api/accounts/{id}/messages", "GET /api/v1/accounts/{id}/messages"] {
            routes.member(route, list)
        }
        routes.member("GET /api/v1/messages/{id}/why", why)
        routes.member("POST /api/v1/uploads", upload)
        routes.open("GET /api/v1/files/{token}", file)
        return routes.router
    }
}
