import Conversation
import Domain
import Foundation
import Postgres
import Store
import Support
import Synchronization
import Web

/// The road as real processes over a real database, a simulated Twilio, and dice that decide who dies where.
final class Harbour: Sendable {
    static let publicURL = "https://crash.example.test"
    static let token = "crash-token"

    let database: TestDatabase
    let organization = OrganizationID(UUID())
    let twilio: PaperTwilio
    let dice: Dice
    let acknowledged = Mutex<Set<String>>([])
    private let outages = Mutex(0)
    private let host: any RoadHost
    private let twilioServer: LoopbackServer
    private let hasEnded = CalmFlag()
    private let isCalm = CalmFlag()

    /// - Parameter host: makes the processes, given their variables.
    init(
        _ database: TestDatabase, seed: UInt64, host: ([String: String], Dice) throws -> any RoadHost
    ) async throws {
        self.database = database
        twilio = PaperTwilio(seed: seed &+ 1, mischief: 4)
        let twilio = twilio
        twilioServer = try LoopbackServer { twilio.answer($0) }
        dice = Dice(seed: seed)
        self.host = try host(Self.variables(database, twilioPort: twilioServer.port), dice)
        let organization = organization
        _ = try await database.owner.withConnection {
            try await $0.pipeline(
                Bakery.rows(of: organization) + [
                    "create table public.takeovers (conversation_id uuid primary key, at timestamptz not null)"
                ])
        }
    }

    private static func variables(_ database: TestDatabase, twilioPort: Int) -> [String: String] {
        [
            "DATABASE_URL": database.appURL, "PUBLIC_URL": publicURL, "PARLEY_SANDBOX": "1",
            "TWILIO_ACCOUNT_SID": "AC" + String(repeating: "0", count: 32), "TWILIO_AUTH_TOKEN": token,
            "TWILIO_API_BASE_URL": "http://127.0.0.1:\(twilioPort)",
            "TWILIO_MESSAGING_BASE_URL": "http://127.0.0.1:\(twilioPort)",
            "DEBOUNCE_SECONDS": "0.05", "JOB_LEASE_SECONDS": "1", "RECONCILE_SECONDS": "3",
            "DASHBOARD_PASSWORD": "a password of the test", "MIGRATION_DATABASE_URL": database.ownerURL,
            "TRUSTED_PROXIES": "127.0.0.1",
        ]
    }

    func roll(_ sides: Int) -> Int { dice.roll(sides) }
    func shuffled<Element>(_ elements: [Element]) -> [Element] { dice.shuffled(elements) }
    var deaths: Int { host.deaths }
    var isOver: Bool { hasEnded.isSet }

    func tend() async throws {
        try await host.tend { [hasEnded] in hasEnded.isSet }
    }

    /// Death comes between commit points, too.
    func reap() async throws {
        while !isOver {
            try await Task.sleep(for: .milliseconds(150 + roll(900)))
            guard !isCalm.isSet else { continue }
            host.strike()
        }
    }

    /// One fault for each round, whatever else happens: a process dies, or the database ends every session, as one that restarts
    /// or fails over does.
    func misfortune() async throws {
        guard roll(3) == 0 else { return host.strike() }
        outages.withLock { $0 += 1 }
        try await database.owner.query(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename <> current_user and backend_type = 'client backend'
            """)
    }

    var databaseOutages: Int { outages.withLock { $0 } }

    /// From now on nobody dies any more, who is marked for death dies now.
    func calm() {
        isCalm.set()
        host.calm()
    }

    func end() {
        hasEnded.set()
        host.calm()
    }

    func stop() {
        host.stop()
        twilioServer.stop()
    }

    // MARK: What the world does

    /// Delivers a customer's message; true when it was acknowledged.
    func deliver(_ sid: String, from: String, body: String) async throws -> Bool {
        let form = FormFields([
            ("MessageSid", sid), ("From", from), ("To", Bakery.line), ("Body", body), ("NumMedia", "0"),
            ("AccountSid", "AC0"), ("ProfileName", "Ann"),
        ])
        guard try await host.post(form, path: "/api/whatsapp/webhook", query: "") == 200 else { return false }
        acknowledged.withLock { _ = $0.insert(sid) }
        return true
    }

    /// Reports what became of a message, as Twilio does: out of order, twice, or not at all.
    func report(_ bubble: PaperTwilio.Bubble) async throws {
        for status in shuffled(["sent", "delivered", "delivered", "read"]).prefix(roll(5)) {
            let form = FormFields([
                ("MessageSid", bubble.sid), ("MessageStatus", status), ("From", bubble.from), ("To", bubble.to),
            ])
            _ = try await host.post(form, path: "/api/hooks/twilio/status", query: "message=\(bubble.message)")
        }
    }

    func count(_ query: Query) async throws -> Int {
        let rows = try await database.owner.query(query)
        return try rows.first?["count"] ?? 0
    }

    /// Unfinished turns, jobs and messages on their way.
    func unfinished() async throws -> Int {
        try await count(
            """
            select (select count(*) from parley.turns where state in ('open', 'composing'))
                + (select count(*) from parley.jobs where state <> 'dead')
                + (select count(*) from parley.messages where status in ('queued', 'sending')) as count
            """)
    }
}
