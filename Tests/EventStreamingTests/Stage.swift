import API
import Domain
import FoundationEssentials
import FunctionHost
import Logging
import NIOPosix
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Web

@testable import Access
@testable import EventStream

/// A running stream over a database of its own, and people who watch it.
struct Stage: Sendable {
    struct Visitor: Sendable {
        let organization: OrganizationID
        let cookie: String
        let token: String
        var headers: [(String, String)] { [("Authorization", "Bearer \(token)")] }
    }

    let database: TestDatabase
    let stream: StreamServer
    let port: Int
    let reports: Reports
    private let accounts: Accounts
    private let keys: APIKeyStore

    final class Reports: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        func withLock<Result>(_ body: ([String]) -> Result) -> Result { lines.withLock { body($0) } }
    }

    static func with(
        _ change: (inout StreamLimits) -> Void = { _ in }, _ body: (Stage) async throws -> Void
    ) async throws {
        var limits = StreamLimits()
        change(&limits)
        try await TestDatabase.with(isDivided: true) { database in
            // As in production: accounts are one function's business, the stream another's.
            let (signing, watching) = (try database.login(as: .auth), try database.login(as: .api, connections: 2))
            let reports = Reports()
            let stream = StreamServer(
                databaseURL: try TestDatabase.url(database.ownerURL, database: database.name, role: "parley_api"),
                api: try environment(watching), watcher: UUID(), limits: limits,
                report: { text, error in reports.add("\(text): \(error)") })
            let (ports, opened) = AsyncStream<Int>.makeStream()
            let server = Task {
                try await stream.run(port: 0, on: MultiThreadedEventLoopGroup.singleton, ready: { opened.yield($0) })
            }
            defer { server.cancel() }
            var iterator = ports.makeAsyncIterator()
            guard let port = await iterator.next() else { throw TestSetupError("the stream did not start") }
            let stage = Stage(
                database: database, stream: stream, port: port, reports: reports,
                accounts: try accounts(signing), keys: APIKeyStore(database: signing))
            try await body(stage)
            server.cancel()
            _ = await server.result
            await signing.close()
            await watching.close()
        }
    }

    private static let secret = "a secret of the tests that is long enough"

    private static func environment(_ database: Database) throws -> APIEnvironment {
        let clock = WallClock { Date() }
        return try APIEnvironment(
            FunctionEnvironment(
                configuration: Configuration(
                    environment: ["SESSION_SECRET": secret, "PUBLIC_URL": "http://localhost"]),
                clock: clock, randomness: .system, ids: IDSource(clock: clock, randomness: .system),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, database: database,
                http: HTTPClient { _ async throws(OutboundError) in throw OutboundError(.unreachable) }, invoke: .none))
    }

    private static func accounts(_ database: Database) throws -> Accounts {
        Accounts(
            authenticator: try Authenticator(
                database: database, secret: secret, publicURL: "http://localhost", clock: WallClock { Date() }),
            database: database,
            admin: try FirstAdmin(username: "root", password: "an operator's password", isSandbox: false),
            randomness: .system, ids: IDSource(clock: WallClock { Date() }, randomness: .system),
            cost: .init(logRounds: 4, blockSize: 8, parallelism: 1))
    }

    func signUp(_ name: String) async throws -> Visitor {
        let form = SignUp(email: "\(name)@example.com", password: "password of \(name)", businessName: name)
        let login = try await accounts.signUp(
            form, from: Request(method: .post, path: "/", headers: Headers([("user-agent", "test")])))
        let rows = try await database.owner.query(
            "select organization_id from memberships where user_id = \(login.user)")
        try await waitForSettledEvents()
        let cookie = login.cookie.split(separator: ";")[0].split(separator: "=", maxSplits: 1)[1]
        return Visitor(organization: try rows[0]["organization_id"], cookie: String(cookie), token: login.bearer)
    }

    /// A program that calls in a visitor's name.
    func makeKey(for visitor: Visitor, _ scope: String) async throws -> Visitor {
        let secret = APIKeySecret(id: APIKeyID(UUID()), organization: visitor.organization, randomness: .system)
        let rows = try await database.owner.query(
            "select user_id from memberships where organization_id = \(visitor.organization)")
        let key = APIKey(
            id: secret.id, organization: secret.organization, name: "Shop", prefix: secret.prefix,
            scopes: [KeyScope(scope)].compactMap { $0 }, createdBy: try rows[0]["user_id"], createdAt: Date(),
            expiresAt: nil)
        try await keys.create(key, secretHash: secret.hash)
        return Visitor(organization: visitor.organization, cookie: "", token: secret.text)
    }

    func view(_ visitor: Visitor, query: String = "", headers: [(String, String)] = []) async throws -> StreamClient {
        try await StreamClient(port: port, path: "/api/v1/events/stream\(query)", headers: visitor.headers + headers)
    }

    /// A viewer that stands where the log ends: whatever is written from now on, it sees.
    func watch(_ visitor: Visitor) async throws -> StreamClient {
        let viewer = try await view(visitor)
        try await viewer.wait("the opening") { $0.lastID != nil }
        return viewer
    }

    static func event(_ mark: String, for visitor: Visitor) throws -> Query {
        try .event("test", about: UUID(), of: visitor.organization, data: ["mark": mark], at: Date())
    }

    func write(_ mark: String, for visitor: Visitor) async throws {
        try await database.app.pipeline(for: visitor.organization, [try Self.event(mark, for: visitor)])
    }

    /// So many events that each carry so many bytes.
    func fill(_ visitor: Visitor, events: Int, bytes: Int) async throws {
        try await database.app.pipeline(
            for: visitor.organization,
            [
                """
                insert into events (organization_id, type, subject_id, data, at)
                select \(visitor.organization), 'test', gen_random_uuid(),
                    jsonb_build_object('mark', n::text, 'filler', repeat('x', \(bytes)::integer)), now()
                from generate_series(1, \(events)::integer) n
                """
            ])
    }

    func polled(_ visitor: Visitor) async throws -> [OrganizationEvent] {
        try await InboxReads(database: database.app).events(of: visitor.organization, after: .start, limit: 100)
    }

    /// Until so many are left.
    func waitForViewers(_ count: Int) async throws {
        try await wait("\(count) viewers") { await stream.feed.count == count }
    }

    /// Until no transaction anywhere in the cluster, other tests' included, holds back what was written so far: whoever comes
    /// now starts after it.
    private func waitForSettledEvents() async throws {
        try await wait("older transactions to end") {
            let held: Query = """
                select exists (select from events where transaction_id >= pg_snapshot_xmin(pg_current_snapshot())) as held
                """
            return try await database.owner.query(held)[0]["held"] == false
        }
    }

    func waitForAnnouncement() async throws {
        try await wait("the announcement") {
            try await database.owner.query("select count(*) as n from event_watchers")[0]["n"] == 1
        }
    }

    func waitForReport(_ text: String) async throws {
        try await wait("a report") { reports.withLock { $0.contains { $0.hasPrefix(text) } } }
    }

    private func wait(_ what: String, until condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            guard ContinuousClock.now < deadline else { throw TestSetupError("waited in vain for \(what)") }
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
