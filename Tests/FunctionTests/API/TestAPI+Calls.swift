import API
import Access
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web

/// Somebody who logged in.
struct Visitor: Sendable {
    var user: UserID
    var organization: OrganizationID
    var token: String
    /// The pair `wa.sid=...`' value.
    var cookie: String
    var csrf: String
}

struct Answer: Sendable {
    var status: Int
    var body: JSONValue
    var response: Response

    var code: String? { body["type"]?.string?.split(separator: ":").last.map(String.init) }
    var field: String? { body["field"]?.string }
    var items: [JSONValue] { body["items"]?.array ?? [] }
    var text: String { String(decoding: response.body, as: UTF8.self) }
}

extension TestAPI {
    /// `call("POST /api/organizations?limit=1", as: alice, ["name": "Shop"])`
    func call(
        _ target: String, as visitor: Visitor? = nil, _ body: JSONValue? = nil, in organization: OrganizationID? = nil,
        key: String? = nil, headers: [(name: String, value: String)] = [], cookies: [String: String] = [:],
        raw: [UInt8]? = nil, from address: String = "192.0.2.1"
    ) async throws -> Answer {
        var fields = Headers(headers)
        if body != nil || raw != nil, fields["content-type"] == nil { fields.add("content-type", "application/json") }
        if let visitor { fields.add("authorization", "Bearer \(visitor.token)") }
        if let organization { fields.add("x-organization-id", organization.text) }
        if let key { fields.add("idempotency-key", key) }
        let parts = target.split(separator: " ")
        let halves = parts[1].split(separator: "?", maxSplits: 1)
        let request = Request(
            method: try #require(Request.Method(rawValue: String(parts[0]))), path: String(halves[0]),
            rawQuery: halves.count > 1 ? String(halves[1]) : "", headers: fields, cookies: cookies,
            body: raw ?? body?.bytes ?? [], sourceIP: address, requestID: "test")
        return try await answer(request)
    }

    /// What the host makes of it: a fault is a problem document, anything else would be a bare 500 and fails the test.
    func response(to request: Request) async throws -> Response {
        do {
            return try await router(request)
        } catch let fault as Fault {
            return Problem.response(fault, requestID: "test")
        }
    }

    func answer(_ request: Request) async throws -> Answer {
        let response = try await response(to: request)
        if let endpoint = Self.endpoint(of: request), let objection = endpoint.objection(to: response) {
            Issue.record("\(endpoint.declaration) answers other than the reference says: \(objection)")
        }
        let isJSON = response.headers["content-type"]?.contains("json") == true
        let body = isJSON ? try JSONValue(parsing: response.body) : .null
        return Answer(status: response.status, body: body, response: response)
    }

    func signUp(_ name: String) async throws -> Visitor {
        let answer = try await call(
            "POST /api/auth/signup",
            .object([
                "email": .string("\(name)@example.com"), "password": .string("password of \(name)"),
                "business_name": .string("\(name)'s shop"),
            ]))
        #expect(answer.status == 201, "\(answer.text)")
        return try visitor(answer)
    }

    func visitor(_ answer: Answer) throws -> Visitor {
        let cookie = try #require(answer.response.cookies.first)
        let value = cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1)[1]
        return Visitor(
            user: try #require(answer.body["user"]?["id"]?.string.flatMap { UserID($0) }),
            organization: try #require(
                answer.body["organizations"]?.array?.first?["id"]?.string.flatMap { OrganizationID($0) }),
            token: try #require(answer.body["token"]?.string), cookie: String(value),
            csrf: try #require(answer.body["csrf_token"]?.string))
    }

    /// A line, a customer who wrote a minute ago, and one message: what the inbox needs.
    func seedConversation(in organization: OrganizationID, remote: String = "whatsapp:+15550001111") async throws
        -> Thread
    {
        let thread = Thread()
        let at = clock.now.addingTimeInterval(-60)
        let line =
            "whatsapp:+1555"
            + String(thread.channel.text.utf8.reduce(0) { ($0 * 31 + Int($1)) % 9_000_000 } + 1_000_000)
        try await db.app.pipeline(
            for: organization,
            [
                """
                insert into channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(thread.channel), \(organization), 'whatsapp_twilio', \(line), 'Line', \(at), \(at))
                """,
                """
                insert into contacts (id, organization_id, name, created_at, updated_at)
                values (\(thread.contact), \(organization), 'Customer', \(at), \(at))
                """,
                """
                insert into contact_addresses (organization_id, kind, address, contact_id, created_at)
                values (\(organization), 'whatsapp_twilio', \(remote), \(thread.contact), \(at))
                """,
                """
                insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                    last_inbound_at, last_message_at, created_at)
                values (\(thread.conversation), \(organization), \(thread.channel), \(thread.contact), \(remote), \(line),
                    \(at), \(at), \(at))
                """,
                """
                insert into messages (id, organization_id, conversation_id, channel_id, direction, author, body, status,
                    provider_message_id, created_at)
                values (\(thread.message), \(organization), \(thread.conversation), \(thread.channel), 'inbound', 'contact',
                    'SECRET of the customer', 'received', 'SM1', \(at))
                """,
                """
                insert into decisions (organization_id, conversation_id, message_id, gate, outcome, reason, at)
                values (\(organization), \(thread.conversation), \(thread.message), 'received', 'passed',
                    'The message was stored.', \(at))
                """,
            ])
        return thread
    }
}

struct Thread: Sendable {
    let channel: ChannelID
    let contact: ContactID
    let conversation: ConversationID
    let message: MessageID

    init() {
        let ids = IDSource(clock: .fixed(TestAPI.start), randomness: .system)
        (channel, contact, conversation, message) = (ids.make(), ids.make(), ids.make(), ids.make())
    }
}
