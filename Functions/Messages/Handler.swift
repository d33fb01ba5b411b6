import Access
import Conversation
import Domain
import FoundationEssentials
import Store
import Web

/// Messages: send one as a person, list those of a line, and explain any of them.
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own).
/// A message that is sent is a row in the outbox before anything leaves; with `Idempotency-Key` a repeat finds that row.
struct MessagesHandler: Sendable {
    let inbox: InboxReads
    let desk: Desk
    let writes: IdempotentWrites
    let wakeRunner: @Sendable () async -> Void

    private struct SendForm: Decodable {
        var account_id: String
        var number: String
        var message: String
    }

    func send(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(SendForm.self, limit: 64 << 10)
        guard let account = ChannelID(form.account_id) else { throw Fault.invalid("account_id", "This is not an id.") }
        let text = try checkedMessage(form.message, field: "message")
        guard let line = try await inbox.line(account, of: caller.organization) else { throw Fault(SendRefusal.noLine) }
        let number = try Self.number(form.number, country: line.country)
        return try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let conversation = try await refusing {
                try await desk.thread(with: number, on: line, of: caller.organization)
            }
            return try await queue(text, as: MessageID(subject), in: conversation, caller)
        }
    }

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

    private func queue(
        _ text: String, as id: MessageID, in conversation: ConversationID, _ caller: Caller
    ) async throws -> Response {
        guard let view = try await inbox.conversation(conversation, of: caller.organization) else {
            throw Fault.notFound("conversation")
        }
        try await refusing { try desk.checkSendable(view) }
        let queued = try await desk.reply(
            PersonReply(id: id, text: text), in: conversation, of: caller.organization, by: caller.user)
        if queued.wakeNeeded { await wakeRunner() }
        return .value(
            [
                "id": .string(id.text), "conversation_id": .string(conversation.text), "status": .string("queued"),
                "to": .string(view.remoteAddress),
            ], status: 202)
    }

    private static func number(_ text: String, country: String) throws -> PhoneNumber {
        do {
            return try PhoneNumber(text, country: country)
        } catch {
            throw Fault.invalid("number", error.description)
        }
    }

    private func refusing<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let refusal as SendRefusal {
            throw Fault(refusal)
        }
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
        for route in ["GET /api/accounts/{id}/messages", "GET /api/v1/accounts/{id}/messages"] {
            routes.member(route, list)
        }
        routes.member("GET /api/v1/messages/{id}/why", why)
        return routes.router
    }
}
