package import FoundationEssentials
package import Postgres

/// How far ahead of a job runners are there for it. Real seconds.
package enum RunnerAttention {
    /// A runner stays for what is due within this time. The sweep looks every minute: so whatever is due has a runner.
    package static let horizon = 60.0
    /// How often a runner that listens looks at the queue.
    package static let look = 1.0
}

/// Who is told that there is work (`Migrations/Functions/waking.sql`).
extension Query {
    /// After the commit of what enqueued a job, in the same round trip at best. One row: `called`, false when no job runner
    /// listens and the caller must invoke one.
    /// - Parameter seconds: until the job is due.
    package static func callRunner(dueIn seconds: Double = 0) -> Query {
        "select call_runner(\(seconds), \(RunnerAttention.horizon), \(RunnerAttention.look)) as called"
    }

    /// One row: `announced`, false when another runner listens already and this one shall not do so beside it. Real seconds.
    package static func announce(runner: UUID, seconds: Double, unlessAnother: Bool) -> Query {
        "select announce_runner(\(runner), \(seconds), \(unlessAnother)) as announced"
    }

    /// After its commit the runner must look for due jobs once more.
    package static func withdraw(runner: UUID) -> Query {
        "select withdraw_runner(\(runner))"
    }
}
