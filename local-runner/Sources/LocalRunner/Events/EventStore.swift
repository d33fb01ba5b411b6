import Domain
import FoundationEssentials
import Postgres

/// An event as a runner holds it after claiming.
struct QueuedEvent: Sendable {
    var id: UUID
    var function: String
    var payload: String
    var clientContext: String?
    var acceptedAt: Date
    var attempts = 0
    var throttles = 0
    var claim = 1

    var requestID: String { id.uuidString.lowercased() }
}

/// The SQL of the event queue. Times are real time: the sandbox clock moves the product's time, not the host's patience.
struct EventStore: Sendable {
    let database: Database
    /// Names this installation: what it had claimed before it was killed it may take back at once.
    let runner: String

    private static let columns = "id, function, payload, client_context, accepted_at, attempts, throttles, claim"

    /// Stores a new event already claimed, so that its first attempt needs no second round trip.
    func insert(_ event: QueuedEvent, lease: Double) async throws {
        let until = Date(timeIntervalSinceNow: lease)
        try await database.query(
            """
            insert into runner_events
                (id, function, payload, client_context, state, run_at, accepted_at, runner, leased_until, claim)
            values (\(event.id), \(event.function), \(event.payload), \(event.clientContext), 'running',
                \(event.acceptedAt), \(event.acceptedAt), \(runner), \(until), \(event.claim))
            """)
    }

    /// Takes due events and those whose runner died.
    func claim(limit: Int, lease: Double) async throws -> [QueuedEvent] {
        let now = Date()
        let rows = try await database.query(
            """
            update runner_events set state = 'running', runner = \(runner), claim = claim + 1,
                leased_until = \(now.addingTimeInterval(lease))
            where id in (
                select id from runner_events
                where state = 'ready' and run_at <= \(now) or state = 'running' and leased_until <= \(now)
                order by run_at limit \(limit) for update skip locked)
            returning \(unescaped: Self.columns)
            """)
        return try rows.map { try QueuedEvent(row: $0) }
    }

    /// What this runner held when it died is free again.
    func takeBack() async throws {
        try await database.query(
            """
            update runner_events set state = 'ready', runner = null, leased_until = null
            where state = 'running' and runner = \(runner)
            """)
    }

    func finish(_ event: QueuedEvent) async throws {
        try await database.query("delete from runner_events where id = \(event.id) and claim = \(event.claim)")
    }

    func again(_ event: QueuedEvent, after seconds: Double, error: String?) async throws {
        try await database.query(
            """
            update runner_events set state = 'ready', runner = null, leased_until = null,
                run_at = \(Date(timeIntervalSinceNow: seconds)), attempts = \(event.attempts),
                throttles = \(event.throttles), last_error = coalesce(\(error), last_error)
            where id = \(event.id) and claim = \(event.claim)
            """)
    }

    /// Gives up: the destination gets its record in the same transaction, or the event stays as dead.
    func giveUp(_ event: QueuedEvent, error: String, record: QueuedEvent?) async throws {
        guard let record else {
            try await database.query(
                """
                update runner_events set state = 'dead', runner = null, leased_until = null, last_error = \(error),
                    attempts = \(event.attempts)
                where id = \(event.id) and claim = \(event.claim)
                """)
            return
        }
        try await database.query(
            """
            with gone as (
                delete from runner_events where id = \(event.id) and claim = \(event.claim) returning 1)
            insert into runner_events (id, function, payload, run_at, accepted_at)
            select \(record.id), \(record.function), \(record.payload), \(record.acceptedAt), \(record.acceptedAt)
            from gone
            """)
    }

    /// Dead events are kept for two weeks.
    func prune() async throws {
        let before = Date(timeIntervalSinceNow: -14 * 86_400)
        try await database.query("delete from runner_events where state = 'dead' and accepted_at < \(before)")
    }
}

extension QueuedEvent {
    init(row: Row) throws {
        self.init(
            id: try row["id"], function: try row["function"], payload: try row["payload"],
            clientContext: try row["client_context"], acceptedAt: try row["accepted_at"],
            attempts: try row["attempts"], throttles: try row["throttles"], claim: try row["claim"])
    }
}
