package import Postgres
import Store

/// Tells a job runner that there is work: one that listens is called, else one is invoked. After the commit of the work.
package struct RunnerCall: Sendable {
    package let call: @Sendable () async -> Void

    /// - Parameters:
    ///   - seconds: until the work is due.
    ///   - invoke: starts a runner.
    package init(database: Database, dueIn seconds: Double, invoke: @escaping @Sendable () async -> Void) {
        call = {
            // Without an answer nobody may have been called: one invocation too many does no harm.
            let rows = try? await database.query(.callRunner(dueIn: seconds))
            if (try? rows?.first?["called"]) != true { await invoke() }
        }
    }
}
