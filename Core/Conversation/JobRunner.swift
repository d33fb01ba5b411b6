package import Domain
package import FoundationEssentials
package import Postgres
package import Store

/// Works off due jobs until nothing is due for a while or the time is up.
///
/// While it has nothing to do it looks every few milliseconds and says so (`idle_runners`), so that enqueuers need not
/// wake anybody; when it gets busy it sees to it that somebody else looks.
package struct JobRunner: Sendable {
    let queue: JobQueue
    let database: Database
    let clock: WallClock
    let perform: @Sendable (Job, _ until: Date) async throws -> JobOutcome
    let wake: @Sendable () async -> Void
    let report: @Sendable (Job, any Error) -> Void
    let pace: Pace
    let faults: FaultPoints
    /// This run's name among idle runners.
    let id: UUID

    /// Real seconds.
    package struct Pace: Sendable {
        /// Between two looks: short after work, because answers bring the next question, then longer and longer.
        package var shortestPoll = 0.002
        package var poll = 0.025
        /// Of the time without work.
        package var pollShare = 0.05
        /// How long to go on looking when nothing is due.
        package var linger = 3.0
        /// Jobs due within this time are waited for.
        package var horizon = 4.0
        /// How long an announcement holds; renewed well before.
        package var announcement = 1.0
        /// A job is begun only when so much time is left.
        package var reserve = 25.0
        /// Kept free for writing down outcomes.
        package var margin = 3.0

        package init() {}

        func pause(after idleSeconds: Double) -> Double {
            min(poll, max(shortestPoll, idleSeconds * pollShare))
        }
    }

    package init(
        queue: JobQueue, database: Database, clock: WallClock, ids: IDSource, pace: Pace = Pace(),
        faults: FaultPoints = .none, wake: @escaping @Sendable () async -> Void,
        report: @escaping @Sendable (Job, any Error) -> Void,
        perform: @escaping @Sendable (Job, Date) async throws -> JobOutcome
    ) {
        self.queue = queue
        self.database = database
        self.clock = clock
        self.perform = perform
        self.wake = wake
        self.report = report
        self.pace = pace
        self.faults = faults
        id = ids.next()
    }

    /// - Parameter deadline: real time at which the process ends.
    /// - Returns: how many jobs were worked on.
    package func run(until deadline: Date) async throws -> Int {
        var watch = IdleWatch()
        var worked = 0
        while deadline.timeIntervalSinceNow > pace.reserve {
            if let (job, more) = try await queue.claim(horizon: pace.horizon) {
                faults.reach(.jobClaimed)
                try await beBusy(&watch, more: more)
                await work(on: job, until: deadline.addingTimeInterval(-pace.margin))
                worked += 1
                watch.rest()
            } else {
                guard try await beIdle(&watch) else { return worked }
                try await Task.sleep(for: .seconds(pace.pause(after: watch.idleSeconds)))
            }
        }
        if try await leave(&watch) { await wake() }
        return worked
    }

    private func beBusy(_ watch: inout IdleWatch, more: Bool) async throws {
        let isLonely = watch.isAnnounced ? try await leave(&watch) : more
        watch.rest()
        if isLonely, watch.mayWake() { await wake() }
    }

    /// False when it is time to go.
    private func beIdle(_ watch: inout IdleWatch) async throws -> Bool {
        if watch.needsAnnouncement(holds: pace.announcement) {
            let rows = try await database.query(.announce(runner: id, seconds: pace.announcement))
            guard try rows.first?["announced"] == true else {
                // Another one is looking; one is enough.
                _ = try await leave(&watch)
                return false
            }
            watch.announced()
        }
        guard watch.idleSeconds > pace.linger else { return true }
        let somethingComes = try await leave(&watch)
        watch.rest()
        return somethingComes
    }

    /// Stops looking and looks once more: true when a job is due or falls due soon.
    private func leave(_ watch: inout IdleWatch) async throws -> Bool {
        let answers = try await database.withConnection {
            try await $0.pipeline(
                (watch.isAnnounced ? [.withdraw(runner: id)] : []) + [
                    .jobWaiting(at: clock.now(), horizon: pace.horizon)
                ])
        }
        watch.left()
        return try answers.last?.first?["waiting"] ?? false
    }

    private func work(on job: Job, until deadline: Date) async {
        do {
            let outcome = try await queue.keepingLease(of: job) { try await perform(job, deadline) }
            faults.reach(.jobWorked)
            try await queue.finish(job, outcome)
            faults.reach(.jobFinished)
        } catch {
            report(job, error)
            // If even this fails the lease runs out, and the job is taken up again.
            _ = try? await queue.finish(job, .retry(after: nil, reason: String("\(error)".prefix(300))))
        }
    }
}
