import Domain
package import FoundationEssentials
package import Store

/// Works off due jobs, several at a time, until nothing is due for a while or the time is up.
///
/// It waits for a call (`waking.sql`) or for the next due time. While it listens it also looks each second, when it says so
/// again: a call that was lost costs a second then. Each place takes the next job in the round trip that records the last
/// one; one task fills places that are free. A run that finds nothing ends at once.
package struct JobRunner: Sendable {
    let queue: JobQueue
    let calls: RunnerCalls
    let perform: @Sendable (Job, _ until: Date) async throws -> JobOutcome
    /// Invokes another runner.
    let wake: @Sendable () async -> Void
    let report: @Sendable (Job, any Error) -> Void
    let pace: RunnerPace
    let faults: FaultPoints

    /// - Parameter calls: of this process; one run at a time may listen.
    package init(
        queue: JobQueue, calls: RunnerCalls, pace: RunnerPace = RunnerPace(), faults: FaultPoints = .none,
        wake: @escaping @Sendable () async -> Void, report: @escaping @Sendable (Job, any Error) -> Void,
        perform: @escaping @Sendable (Job, Date) async throws -> JobOutcome
    ) {
        self.queue = queue
        self.calls = calls
        self.perform = perform
        self.wake = wake
        self.report = report
        self.pace = pace
        self.faults = faults
    }

    /// - Parameter deadline: real time at which the process ends.
    /// - Returns: how many jobs were worked on.
    package func run(until deadline: Date) async throws -> Int {
        let places = JobPlaces(pace, kinds: queue.kinds)
        var failure: (any Error)?
        await withDiscardingTaskGroup { group in
            do {
                try await fill(places, deadline: deadline) { work in group.addTask { await work() } }
            } catch {
                // Jobs that run go on to their end: a message that is being handed over must not be cut off.
                failure = error
            }
        }
        if let failure { throw failure }
        return places.worked
    }

    /// Gives free places to due jobs until it is time to leave.
    private func fill(
        _ places: JobPlaces, deadline: Date, _ begin: (@escaping @Sendable () async -> Void) -> Void
    ) async throws {
        let closing = deadline.addingTimeInterval(-pace.reserve)
        var watch = RunnerWatch()
        while closing.timeIntervalSinceNow > 0, !Task.isCancelled {
            let look = try await look(places, watch)
            watch.note(look, places)
            if let job = look.job {
                places.take(job)
                begin { await work(job, in: places, closing: closing, deadline: deadline) }
                if places.isFull { try await standAside(&watch, places) }
            } else if watch.isSpare(look, places) {
                _ = try await leave(&watch)
                return
            } else if watch.shouldLeave(look, places, pace) {
                guard try await leave(&watch) else { return }
            } else {
                try await calls.wait(seconds: watch.pause(look, places, pace, until: closing))
            }
        }
        if try await leave(&watch) { await wake() }
    }

    /// All places are taken: somebody else must look, and this one does again when a place is free.
    private func standAside(_ watch: inout RunnerWatch, _ places: JobPlaces) async throws {
        if try await leave(&watch) { await wake() }
        await places.untilOneIsFree()
    }

    /// Listens and looks, in one round trip; a job is taken when there is a place for it.
    private func look(_ places: JobPlaces, _ watch: RunnerWatch) async throws -> RunnerLook {
        try await calls.look(
            queue, places.kinds, after: places.last, unlessAnother: places.isEmpty && !watch.isListening)
    }

    /// Stops listening and asks once more: true when a job is due or falls due soon.
    private func leave(_ watch: inout RunnerWatch) async throws -> Bool {
        watch.isListening = false
        let seconds = try await calls.leave(queue, queue.kinds)
        return seconds.map { $0 < pace.horizon } ?? false
    }

    // MARK: One place

    private func work(_ first: Job, in places: JobPlaces, closing: Date, deadline: Date) async {
        var next: Job? = first
        while let job = next {
            faults.reach(.jobClaimed)
            let outcome = await outcome(of: job, until: deadline.addingTimeInterval(-pace.margin))
            faults.reach(.jobWorked)
            let mayGoOn = closing.timeIntervalSinceNow > 0 && !Task.isCancelled
            do {
                next = try await following(
                    job, outcome, claiming: mayGoOn ? places.kinds(instead: job) : [], until: deadline)
            } catch {
                // The lease runs out, and the job is taken up again, as if its process had died.
                report(job, error)
                next = nil
            }
            faults.reach(.jobFinished)
            places.replace(job, by: next)
        }
    }

    /// What the place does next.
    /// - Parameter kinds: none when nothing may be begun any more, but for a job that goes on with this one's work.
    private func following(
        _ job: Job, _ outcome: JobOutcome, claiming kinds: [JobKind], until deadline: Date
    ) async throws -> Job? {
        // Claimed for this process, and its message may be marked as sending.
        if case .recorded(let next?) = outcome { return next }
        // For a while: an outcome that nobody writes down is a try that the job did not have.
        let patience = min(queue.lease, deadline.timeIntervalSinceNow - 1)
        return try await queue.finish(
            job, outcome, claiming: kinds, after: job.organization, patience: max(0, patience))
    }

    private func outcome(of job: Job, until deadline: Date) async -> JobOutcome {
        let limit = min(deadline, Date(timeIntervalSinceNow: job.kind.timeout))
        do {
            return try await queue.keepingLease(of: job, atMost: job.kind.timeout) { try await perform(job, limit) }
        } catch {
            report(job, error)
            return JobOutcome(failure: error)
        }
    }
}
