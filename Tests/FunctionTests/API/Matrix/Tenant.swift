import API
import Domain
import FoundationEssentials
import Postgres
import Support
import Testing
import Web

/// A tenant with something of everything.
struct Tenant: Sendable {
    let api: TestAPI
    let owner: Visitor
    let thread: Thread
    /// By the constants of `Example`: what stands for them here.
    let examples: [String: String]
    private let secrets: [String]

    init(_ api: TestAPI, _ name: String) async throws {
        self.api = api
        owner = try await api.signUp(name)
        thread = try await api.seedConversation(in: owner.organization)
        let item = try await api.call(
            "POST /api/v1/knowledge", as: owner, ["title": "SECRET item", "body": "SECRET body"])
        _ = try await api.call("PUT /api/v1/credentials/groq", as: owner, ["key": "gsk-SECRET-SECRET-SECRET"])
        let line = try await api.call("POST /api/accounts", as: owner, ["name": "SECRET line"])
        let lineID = try #require(line.body["id"]?.string.flatMap { ChannelID($0) })
        try await api.db.owner.query(
            """
            update whatsapp_lines set qr = 'SECRET qr', qr_expires_at = now() + interval '1 hour',
                phone_number = '15550009999'
            where channel_id = \(lineID)
            """)
        let upload = try await api.call(
            "POST /api/v1/uploads", as: owner, headers: [("content-type", "image/png")], raw: [1])
        let personas = try await api.call("GET /api/v1/personas", as: owner)
        examples = [
            Example.channel: thread.channel.text, Example.contact: thread.contact.text,
            Example.conversation: thread.conversation.text, Example.message: thread.message.text,
            Example.knowledgeItem: try #require(item.body["id"]?.string), Example.organization: owner.organization.text,
            Example.persona: try #require(personas.items.first?["id"]?.string),
            Example.upload: try #require(upload.body["id"]?.string), "line": lineID.text,
        ]
        secrets = ["SECRET", name, "15550001111", "15550009999", owner.user.text]
    }

    /// Whatever an attacker might have got hold of.
    var ids: [String] { examples.values.sorted() }

    /// - Parameter id: the one the attacker sent, which an answer may repeat.
    func isNamed(in text: String, besides id: String) -> Bool {
        (secrets + ids.filter { $0 != id }).contains { text.contains($0) }
    }

    /// The endpoint's example with ids of this tenant.
    func example(of endpoint: Endpoint) -> JSONValue? { endpoint.example.map(filled) }

    private func filled(_ json: JSONValue) -> JSONValue {
        switch json {
        case .string(let text): .string(examples[text] ?? text)
        case .array(let values): .array(values.map(filled))
        case .object(let members): .object(members.mapValues(filled))
        default: json
        }
    }

    /// What a path names by `{id}`.
    func id(in path: String) -> String {
        let parts = path.split(separator: "/").map(String.init)
        let kind = parts.firstIndex(of: "{id}").map { parts[$0 - 1] } ?? ""
        let example =
            switch kind {
            case "conversations": Example.conversation
            case "messages": Example.message
            case "organizations": Example.organization
            case "contacts": Example.contact
            case "knowledge": Example.knowledgeItem
            case "personas": Example.persona
            case "channels", "accounts": path.hasSuffix("/messages") ? Example.channel : "line"
            default: Example.organization
            }
        return examples[example] ?? ""
    }

    /// Every row of the tenant, in every table that has tenants.
    func fingerprint() async throws -> [String] {
        let tables = try await api.db.owner.query(
            """
            select relname as name from pg_class c where relnamespace = 'parley'::regnamespace and relkind in ('r', 'p')
                and not relispartition
                and exists (select from pg_attribute a where a.attrelid = c.oid and attname = 'organization_id')
            order by 1
            """)
        let prints = try tables.map { row -> String in
            let name: String = try row["name"]
            return """
                select '\(name)' as name, coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as print
                from \(name) t where organization_id = '\(owner.organization.text)'
                """
        }
        let rows = try await api.db.owner.query("\(unescaped: prints.joined(separator: "\nunion all\n"))")
        return try rows.map { "\(try $0["name"] as String) \(try $0["print"] as String)" }
    }
}

extension Endpoint {
    /// The path with an id for `{id}` and something allowed for everything else.
    func path(_ route: String, id: String) -> String {
        pathParameters.reduce(route) { path, name in
            path.replacing("{\(name)}", with: sample(of: name) ?? id)
        }
    }

    private func sample(of name: String) -> String? {
        switch pathShapes[name] {
        case .choice(let names): names.first
        case .integer(let range): String(range.lowerBound)
        case nil where name == "provider": "openai"
        default: nil
        }
    }
}
