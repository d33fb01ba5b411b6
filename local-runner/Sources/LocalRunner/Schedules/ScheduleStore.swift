import FoundationEssentials
import Postgres

/// The latest fired slot of each schedule, so that a restart neither loses nor doubles one.
struct ScheduleStore: Sendable {
    let database: Database

    /// The latest slot fired so far. A schedule that is new, or whose expression changed, counts from `now`; so does one
    /// whose latest slot lies in the future, which happens when the sandbox clock is put back.
    func last(_ schedule: ScheduledFunction, now: Int) async throws -> Int {
        let now = Date(timeIntervalSince1970: Double(now))
        let rows = try await database.query(
            """
            insert into runner_schedules as known (function, name, expression, last_slot)
            values (\(schedule.function), \(schedule.name), \(schedule.text), \(now))
            on conflict (function, name) do update set
                expression = excluded.expression,
                last_slot = case
                    when known.expression = excluded.expression and known.last_slot <= excluded.last_slot
                    then known.last_slot else excluded.last_slot end
            returning last_slot
            """)
        guard let date: Date = try rows.first?["last_slot"] else { throw PostgresError.decoding("no schedule") }
        return Int(date.timeIntervalSince1970)
    }

    /// Moves the schedule on and stores its events, both or neither. False when another runner was quicker.
    func fire(_ schedule: ScheduledFunction, slot: Int, events: [QueuedEvent]) async throws -> Bool {
        let slot = Date(timeIntervalSince1970: Double(slot))
        return try await database.transaction { connection in
            let moved = try await connection.query(
                """
                update runner_schedules set last_slot = \(slot)
                where function = \(schedule.function) and name = \(schedule.name) and last_slot < \(slot)
                returning 1 as moved
                """)
            guard !moved.isEmpty else { return false }
            _ = try await connection.pipeline(events.map(Self.insert))
            return true
        }
    }

    private static func insert(_ event: QueuedEvent) -> Query {
        """
        insert into runner_events (id, function, payload, run_at, accepted_at)
        values (\(event.id), \(event.function), \(event.payload), \(event.acceptedAt), \(event.acceptedAt))
        """
    }
}
