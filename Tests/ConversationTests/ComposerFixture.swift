import Conversation
import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Support

/// One organization with a channel in a fresh database, and the composer of production over it.
struct Fixture: Sendable {
    let database: TestDatabase
    let organization: OrganizationID
    let channel: ChannelID
    static let now = Date(timeIntervalSince1970: 1_795_000_000)
    static let ids = IDSource(next: { UUID() })

    static func with(business: String = "Acme", _ body: (Fixture) async throws -> Void) async throws {
        try await TestDatabase.with { database in
            let fixture = Fixture(database: database, organization: ids.make(), channel: ids.make())
            try await fixture.create(business)
            try await body(fixture)
        }
    }

    private func create(_ business: String) async throws {
        try await database.app.pipeline(
            for: organization,
            [
                .insert(organization: organization, named: business, at: Self.now),
                .createSystemPersonas(of: organization, at: Self.now),
                .insert(line: channel, of: organization, kind: .sandbox, at: Self.now),
            ])
    }

    func add(title: String, body: String, tags: [String] = []) async throws {
        let item = KnowledgeItem(id: Self.ids.make(), title: title, body: body, tags: tags)
        try await database.app.pipeline(for: organization, [.save(item, of: organization, at: Self.now)])
    }

    func composer(
        http: HTTPClient = HTTPClient { _ throws(OutboundError) in throw OutboundError(.unreachable) },
        secretBox: SecretBox? = nil, environment: [String: String] = [:]
    ) -> Composer {
        .live(
            database: database.app, http: http, secretBox: secretBox, ids: Self.ids, environment: environment,
            pause: { _ in })
    }

    func request(_ lines: [HistoryLine], timeout: Double = 10) -> ComposeRequest {
        ComposeRequest(
            organization: organization, channel: channel, conversation: Self.ids.make(), turn: Self.ids.make(),
            history: lines, now: Self.now, timeout: timeout)
    }

    func ask(_ text: String, _ composer: Composer? = nil) async throws -> ComposedReply {
        try await (composer ?? self.composer()).compose(request([HistoryLine(author: .contact, text: text)]))
    }
}
