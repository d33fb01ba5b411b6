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
    static let line = "whatsapp:+14155238886"

    /// Hours are something the built-in model can tell, so that it need not call a person.
    private static let alwaysOpen: String = {
        let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        let windows = days.map { "\"\($0)\": [{\"from\": \"00:00\", \"to\": \"24:00\"}]" }
        return "{\"enabled\": true, \"week\": {\(windows.joined(separator: ", "))}}"
    }()

    let database: TestDatabase
    let organization = OrganizationID(UUID())
    let twilio: PaperTwilio
    private let twilioServer: LoopbackServer
    private let dice: Mutex<SeededGenerator>
    private let isCalm = Mutex(false)
    private let hasEnded = Mutex(false)
    private let functions: Mutex<[String: MortalFunction]> = Mutex([:])
    let acknowledged = Mutex<Set<String>>([])

    init(_ database: TestDatabase, seed: UInt64) async throws {
        self.database = database
        twilio = PaperTwilio(seed: seed &+ 1, mischief: 8)
        let twilio = twilio
        twilioServer = try LoopbackServer { twilio.answer($0) }
        dice = Mutex(SeededGenerator(seed: seed))
        let (organization, channel, now) = (organization, UUID(), Date())
        _ = try await database.owner.withConnection {
            try await $0.pipeline([
                """
                insert into parley.organizations
                    (id, name, plan, message_limit, business_hours, created_at, updated_at)
                values (\(organization), 'Bakery', 'enterprise', 1000000, \(Self.alwaysOpen), \(now), \(now))
                """,
                """
                insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(channel), \(organization), 'whatsapp_twilio', \(Self.line), 'Shop', \(now), \(now))
                """,
                "select parley.create_system_personas(\(organization))",
                "create table public.takeovers (conversation_id uuid primary key, at timestamptz not null)",
            ])
        }
        for (name, product) in [
            ("inbound", "twilio-inbound"), ("status", "twilio-status"), ("jobs-1", "run-jobs"), ("jobs-2", "run-jobs"),
        ] {
            let function = MortalFunction(product, variables: variables) { [weak self] in self?.fault(for: product) }
            functions.withLock { $0[name] = function }
        }
    }

    private var variables: [String: String] {
        [
            "DATABASE_URL": database.appURL, "PUBLIC_URL": Self.publicURL, "PARLEY_SANDBOX": "1",
            "TWILIO_ACCOUNT_SID": "AC" + String(repeating: "0", count: 32), "TWILIO_AUTH_TOKEN": Self.token,
            "TWILIO_API_BASE_URL": "http://127.0.0.1:\(twilioServer.port)",
            "TWILIO_MESSAGING_BASE_URL": "http://127.0.0.1:\(twilioServer.port)",
            "DEBOUNCE_SECONDS": "0.05", "JOB_LEASE_SECONDS": "1", "RECONCILE_SECONDS": "3",
        ]
    }

    private static let points: [String: [FaultPoint]] = [
        "twilio-inbound": [.inboxStored],
        "twilio-status": [.statusStored],
        "run-jobs": FaultPoint.road.filter { $0 != .inboxStored && $0 != .statusStored },
    ]

    /// Two processes of three die somewhere.
    private func fault(for product: String) -> String? {
        guard !isCalm.withLock({ $0 }), roll(3) != 0 else { return nil }
        return dice.withLock { Self.points[product]?.randomElement(using: &$0)?.rawValue }
    }

    func roll(_ sides: Int) -> Int { dice.withLock { Int.random(in: 0..<sides, using: &$0) } }
    func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var dice = SeededGenerator(seed: dice.withLock { $0.next() })
        return elements.shuffled(using: &dice)
    }
    subscript(_ name: String) -> MortalFunction? { functions.withLock { $0[name] } }
    var deaths: Int { functions.withLock { $0.values.reduce(0) { $0 + $1.deaths } } }

    /// Death comes between commit points, too.
    func reap() async throws {
        while !isOver {
            try await Task.sleep(for: .milliseconds(150 + roll(900)))
            guard !isCalm.withLock({ $0 }) else { continue }
            self[shuffled(["inbound", "status", "jobs-1", "jobs-2"])[0]]?.strike()
        }
    }

    /// From now on nobody dies any more, who is marked for death dies now.
    func calm() {
        isCalm.withLock { $0 = true }
        for function in functions.withLock({ Array($0.values) }) { function.kill() }
    }

    var isOver: Bool { hasEnded.withLock { $0 } }

    func end() {
        hasEnded.withLock { $0 = true }
        calm()
    }

    func stop() {
        calm()
        twilioServer.stop()
    }

    // MARK: What the world does

    /// Delivers a customer's message; true when it was acknowledged.
    func deliver(_ sid: String, from: String, body: String) async throws -> Bool {
        let form = FormFields([
            ("MessageSid", sid), ("From", from), ("To", Self.line), ("Body", body), ("NumMedia", "0"),
            ("AccountSid", "AC0"), ("ProfileName", "Ann"),
        ])
        let event = SignedForm.event(
            form, path: "/api/whatsapp/webhook", publicURL: Self.publicURL, key: Self.token)
        guard let outcome = try await self["inbound"]?.invoke(event), SignedForm.status(outcome) == 200 else {
            return false
        }
        acknowledged.withLock { _ = $0.insert(sid) }
        return true
    }

    /// Reports what became of a message, as Twilio does: out of order, twice, or not at all.
    func report(_ bubble: PaperTwilio.Bubble) async throws {
        for status in shuffled(["sent", "delivered", "delivered", "read"]).prefix(roll(5)) {
            let form = FormFields([
                ("MessageSid", bubble.sid), ("MessageStatus", status), ("From", bubble.from), ("To", bubble.to),
            ])
            let event = SignedForm.event(
                form, path: "/api/hooks/twilio/status", query: "message=\(bubble.message)", publicURL: Self.publicURL,
                key: Self.token)
            _ = try await self["status"]?.invoke(event)
        }
    }

    /// A host that wakes the job runner again whenever it has ended.
    func runJobs(_ name: String) async throws {
        while !isOver {
            _ = try await self[name]?.invoke("{}", seconds: 60)
            try await Task.sleep(for: .milliseconds(20))
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
