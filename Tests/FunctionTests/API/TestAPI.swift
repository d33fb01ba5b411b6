import API
import Conversation
import Domain
import FoundationEssentials
import FunctionHost
import Logging
import Outbound
import Postgres
import Providers
import Store
import Support
import Synchronization
import Web

@testable import Access
@testable import Auth
@testable import Media

/// The API's functions over one real database, called through their routers as the host calls them.
struct TestAPI: Sendable {
    static let secret = "a secret of the tests that is long enough"
    static let cronSecret = "cron secret"
    /// Twilio signs with it.
    static let twilioToken = "token"
    static let secretKeys = "t:" + Data(repeating: 7, count: 32).base64EncodedString()
    static let start = Date(timeIntervalSince1970: 1_795_219_200)  // 2026-11-21T00:00:00Z

    let db: TestDatabase
    let clock: MovableClock
    let twilio: FakeTwilioNumbers
    let media = FakeMediaHost()
    let wakes = Counter()
    let router: @Sendable (Request) async throws -> Response
    /// By role: each function works as the one that its `function.json` names.
    private let databases: [DatabaseRole: Database]

    static func with<Result: Sendable>(
        hasTwilio: Bool = true, settings: [String: String] = [:], _ body: (TestAPI) async throws -> Result
    ) async throws -> Result {
        try await TestDatabase.with(isDivided: true) { db in
            try await with(db, hasTwilio: hasTwilio, settings: settings, body)
        }
    }

    /// - Parameter settings: in the place of the tests' own.
    static func with<Result: Sendable>(
        _ db: TestDatabase, hasTwilio: Bool = true, settings: [String: String] = [:],
        _ body: (TestAPI) async throws -> Result
    ) async throws -> Result {
        let api = try TestAPI(db, hasTwilio: hasTwilio, settings: settings)
        do {
            let result = try await body(api)
            for database in api.databases.values { await database.close() }
            return result
        } catch {
            for database in api.databases.values { await database.close() }
            throw error
        }
    }

    /// Where only a role of its own may write.
    func database(as role: DatabaseRole) throws -> Database {
        guard let database = databases[role] else { throw TestSetupError("no function works as \(role.rawValue)") }
        return database
    }

    init(_ db: TestDatabase, hasTwilio: Bool, settings: [String: String] = [:]) throws {
        self.db = db
        let clock = MovableClock(Self.start)
        let twilio = FakeTwilioNumbers()
        (self.clock, self.twilio) = (clock, twilio)
        let databases = try Dictionary(
            uniqueKeysWithValues: DatabaseRole.allCases.map { ($0, try db.login(as: $0)) })
        self.databases = databases
        let (media, wakes) = (media, wakes)
        // One router for each function, as the host has them.
        let routers = try Self.functions.map { function in
            guard let database = databases[try Declared.role(of: function.folder)] else {
                throw TestSetupError("\(function.folder) has no role")
            }
            let api = try Self.environment(
                database, clock.clock, hasTwilio ? twilio.numbers : nil, media, wakes, settings)
            return Router(function.endpoints, api)
        }
        router = { request in
            // One function has the path, as in the host; the last one's 404 stands for all.
            for router in routers where router.knows(request) { return try await router.handle(request) }
            throw Fault.notFound("page")
        }
    }

    /// As `runAPI` wires it, but for the world outside.
    static func environment(
        _ database: Database, _ clock: WallClock, _ twilio: TwilioNumbers?, _ media: FakeMediaHost, _ wakes: Counter,
        _ settings: [String: String] = [:]
    ) throws -> APIEnvironment {
        let outside = FunctionEnvironment(
            configuration: Configuration(
                environment: [
                    "SESSION_SECRET": secret, "PUBLIC_URL": "https://bot.example.com", "CRON_SECRET": cronSecret,
                    "PARLEY_SECRET_KEYS": secretKeys, "TWILIO_AUTH_TOKEN": twilioToken, "DASHBOARD_USERNAME": "root",
                    "DASHBOARD_PASSWORD": "an operator's password", "NUMBER_PURCHASES": "open",
                    "LAMBDA_TASK_ROOT": ProjectRoot.path + "/Functions/Reference",
                ].merging(settings) { $1 }),
            clock: clock, randomness: .system, ids: IDSource(clock: clock, randomness: .system),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, database: database,
            http: HTTPClient { _ async throws(OutboundError) in
                throw OutboundError(.unreachable)
            },
            invoke: FunctionInvoker { _ in wakes.add() })
        var api = try APIEnvironment(outside, passwordCost: .init(logRounds: 4, blockSize: 8, parallelism: 1))
        api.replace(TwilioAccount(numbers: twilio))
        api.replace(
            MediaSources(
                twilio: MediaTests.file, whatsApp: WhatsAppFiles(http: media.http, hosts: .whatsApp),
                box: try SecretBox(keys: secretKeys)))
        return api
    }
}

extension Router {
    /// The most specific route wins over all functions; `search-numbers` is Provisioning's, not an organization's id.
    fileprivate func knows(_ request: Request) -> Bool {
        if request.path.hasSuffix("/search-numbers") {
            return routes.contains { $0.declaration.contains("search-numbers") }
        }
        return routes.contains { $0.route.match(method: request.method.rawValue, path: request.path) != nil }
    }
}

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let date: Mutex<Date>

    init(_ date: Date) {
        self.date = Mutex(date)
    }

    var now: Date { date.withLock { $0 } }
    var clock: WallClock { WallClock { self.now } }

    func advance(_ seconds: Double) {
        date.withLock { $0 = $0.addingTimeInterval(seconds) }
    }
}

final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
