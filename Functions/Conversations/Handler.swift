import Access
import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Web

/// The inbox: conversations, their messages, who answers them, and the cursor of live updates.
///
/// Authenticated by session cookie or bearer token, inside the organization of `x-organization-id` (else the user's own).
/// Taking over silences the machines at once; a person's reply takes over first. Repeating either changes nothing.
struct ConversationsHandler: Sendable {
    let inbox: InboxReads
    let database: Database
    let clock: WallClock
    let desk: Desk
    let writes: IdempotentWrites
    let wakeRunner: @Sendable () async -> Void

    private struct ReplyForm: Decodable {
        var message: String
    }

    private struct StatusForm: Decodable {
        var status: ConversationRecord.Status
    }

    func list(_ request: Request, _ caller: Caller) async throws -> Response {
        let query = try request.query(knowing: PageRequest.names.union(["status", "owner", "channel_id"]))
        let page = try PageRequest(query, parts: 2)
        let conversations = try await inbox.conversations(
            of: caller.organization, try Self.filter(query), after: try page.cursor?.position(), limit: page.limit + 1)
        return .page(Page(conversations, limit: page.limit) { Cursor($0.lastMessageAt, $0.id) }, \.json)
    }

    func read(_ request: Request, _ caller: Caller) async throws -> Response {
        .json(value: try await conversation(request, caller).json)
    }

    func messages(_ request: Request, _ caller: Caller) async throws -> Response {
        let page = try PageRequest(try request.query(knowing: PageRequest.names), parts: 2)
        let conversation = try await conversation(request, caller)
        let messages = try await inbox.messages(
            .conversation(conversation.id), of: caller.organization, after: try page.cursor?.position(),
            limit: page.limit + 1)
        return .page(Page(messages, limit: page.limit) { Cursor($0.createdAt, $0.id) }, \.json)
    }

    func takeOver(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: ConversationID = try request.id("id", of: "conversation")
        return try await finding {
            .value(try await desk.takeOver(id, of: caller.organization, by: caller.user).json)
        }
    }

    func giveBack(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: ConversationID = try request.id("id", of: "conversation")
        return try await finding {
            let given = try await desk.giveBack(id, of: caller.organization)
            if given.wakeNeeded { await wakeRunner() }
            return .value(given.ownership.json)
        }
    }

    func reply(_ request: Request, _ caller: Caller) async throws -> Response {
        let text = try checkedMessage(try request.decode(ReplyForm.self, limit: 64 << 10).message, field: "message")
        let conversation = try await conversation(request, caller)
        do {
            try desk.checkSendable(conversation)
        } catch {
            throw Fault(error)
        }
        return try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let reply = PersonReply(id: MessageID(subject), text: text)
            let queued = try await desk.reply(reply, in: conversation.id, of: caller.organization, by: caller.user)
            if queued.wakeNeeded { await wakeRunner() }
            return .value(
                [
                    "id": .string(reply.id.text), "conversation_id": .string(conversation.id.text),
                    "status": .string("queued"),
                ], status: 202)
        }
    }

    func setStatus(_ request: Request, _ caller: Caller) async throws -> Response {
        let status = try request.decode(StatusForm.self, limit: 4 << 10).status
        let id = try await conversation(request, caller).id
        try await database.pipeline(for: caller.organization, [.setStatus(id, status, at: clock.now())])
        return .json(value: try await conversation(request, caller).json)
    }

    /// `?after=` the cursor of the last answer; without one only where the log ends now. Answers at once.
    func events(_ request: Request, _ caller: Caller) async throws -> Response {
        let query = try request.query(knowing: ["after", "limit"])
        let limit = try PageRequest(FormFields(query.fields.filter { $0.name == "limit" })).limit
        guard let after = query["after"] else {
            let end = try await inbox.lastEvent(of: caller.organization)
            return .value(["items": .array([]), "cursor": .string(end.cursor.text)])
        }
        let position = try EventPosition(cursor: after)
        let events = try await inbox.events(of: caller.organization, after: position, limit: limit)
        return .value([
            "items": .array(events.map(\.json)), "cursor": .string((events.last?.position ?? position).cursor.text),
        ])
    }

    private func conversation(_ request: Request, _ caller: Caller) async throws -> ConversationView {
        let id: ConversationID = try request.id("id", of: "conversation")
        guard let found = try await inbox.conversation(id, of: caller.organization) else {
            throw Fault.notFound("conversation")
        }
        return found
    }

    private func finding(_ body: () async throws -> Response) async throws -> Response {
        do {
            return try await body()
        } catch DeskError.noConversation {
            throw Fault.notFound("conversation")
        }
    }

    private static func filter(_ query: FormFields) throws -> ConversationFilter {
        func read<Value>(_ name: String, _ convert: (String) -> Value?) throws -> Value? {
            guard let text = query[name] else { return nil }
            guard let value = convert(text) else { throw Fault.invalid(name, "That value is not allowed.") }
            return value
        }
        return ConversationFilter(
            status: try read("status", ConversationRecord.Status.init), owner: try read("owner", Ownership.Owner.init),
            channel: try read("channel_id") { ChannelID($0) })
    }
}

extension ConversationsHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        routes.member("GET /api/v1/conversations", list)
        routes.member("GET /api/v1/conversations/{id}", read)
        routes.member("PATCH /api/v1/conversations/{id}", setStatus)
        routes.member("GET /api/v1/conversations/{id}/messages", messages)
        routes.member("POST /api/v1/conversations/{id}/messages", reply)
        routes.member("POST /api/v1/conversations/{id}/takeover", takeOver)
        routes.member("POST /api/v1/conversations/{id}/return", giveBack)
        routes.member("GET /api/v1/events", events)
        return routes.router
    }
}
