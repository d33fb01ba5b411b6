import Postgres

extension TestDatabase {
    /// Until so many sessions of the application wait for somebody's lock.
    package func untilSomebodyWaits(_ count: Int = 1) async throws {
        let waiting: Query = """
            select count(*) as n from pg_stat_activity
            where datname = current_database() and usename = 'parley_app' and wait_event_type = 'Lock'
            """
        for _ in 0..<1_000 {
            if try await owner.query(waiting)[0]["n"] as Int >= count { return }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw TestSetupError("nobody waits for a lock")
    }
}
