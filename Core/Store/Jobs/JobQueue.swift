package import Domain
import FoundationEssentials
package import Postgres

/// The job queue in Postgres: claimed across organizations, one running job per kind and key, leases that a living process
/// renews and a dead one loses. Who comes first: `claim_job` in `Migrations/Functions/jobs.sql`.
///
/// Due times are the injected clock's, so that the sandbox can move them; leases are real time, because they watch
/// processes.
package struct JobQueue: Sendable {
    let database: Database
    let clock: WallClock
    let randomness: Randomness
    /// What this process can do, as it is claimed.
    package let kinds: [JobKind]
    /// Real seconds until a job whose process fell silent is given to another.
    package let lease: Double

    /// How often a claim or an outcome that met another one is repeated.
    private static let collisions = 5
    /// What the database does to one job only ends too: from this claim on it counts like any other failure.
    package static let mostFreeClaims = 30

    package init(
        database: Database, clock: WallClock, randomness: Randomness, kinds: [JobKind] = [.send, .turn],
        lease: Double = 15
    ) {
        self.database = database
        self.clock = clock
        self.randomness = randomness
        self.kinds = kinds.inOrder
        self.lease = lease
    }

    /// The job to do now, or `nil`.
    ///
    /// - Parameters:
    ///   - kinds: fewer than this process knows, when it has no room for all.
    ///   - last: the organization that was served last; the next one's turn comes first.
    package func claim(_ kinds: [JobKind]? = nil, after last: OrganizationID? = nil) async throws -> Job? {
        let claim = JobClaim(kinds: kinds ?? self.kinds, last: last)
        let job = try await repeatingCollisions {
            try await database.withConnection { try await taken(claim, $0.pipeline(claiming(claim)).last) }
        }
        return try await worthATry(job)
    }

    /// The same on a connection of the caller's, between other statements, in one round trip.
    ///
    /// - Parameter first: a transaction of their own before the job is taken.
    package func claim(
        _ kinds: [JobKind], after last: OrganizationID?, on connection: Connection, first: [Query]
    ) async throws -> (job: Job?, first: [[Row]]) {
        let claim = JobClaim(kinds: kinds, last: last)
        let found = try await repeatingCollisions {
            let before: [Query] = first.isEmpty ? [] : ["begin", .inOrder] + first + ["commit"]
            let answers: [[Row]]
            do {
                answers = try await connection.pipeline(before + claiming(claim))
            } catch {
                _ = try? await connection.query("rollback")
                throw error
            }
            return (try taken(claim, answers.last), Array(answers.prefix(before.count).dropFirst(2).dropLast()))
        }
        return (try await worthATry(found.0), found.1)
    }

    /// The send to make now through one of the given lines, which the caller holds, or `nil`.
    package func claim(destinations: [ChannelID]) async throws -> (job: Job, destination: ChannelID)? {
        guard !destinations.isEmpty else { return nil }
        let claim = JobClaim(kinds: [.lineSend], destinations: destinations.map(\.text))
        let job = try await repeatingCollisions {
            try await database.withConnection { try await taken(claim, $0.pipeline(claiming(claim)).last) }
        }
        return try await worthATry(job).map { job in
            guard let destination = ChannelID(job.destination) else {
                throw PostgresError.decoding("the destination of a line's send is no line")
            }
            return (job, destination)
        }
    }

    /// One whose process died in the last of its tries is buried instead, and `nil`: there may be others.
    private func worthATry(_ job: Job?) async throws -> Job? {
        guard let job, job.attempts > job.kind.attempts else { return job }
        try await finish(
            job,
            .cancel(reason: "The process that ran it died, in all of \(job.kind.attempts) tries or the last of them."))
        return nil
    }

    /// Without waiting for the disk: a server that dies may forget that a job was taken, and then it is taken again.
    private func claiming(_ claim: JobClaim) -> [Query] {
        [.inOrder, claim.query(at: clock.now(), lease: lease)]
    }

    private func taken(_ claim: JobClaim, _ answer: [Row]?) throws -> Job? {
        try answer?.first.map { try Job($0, claim.kinds) }
    }

    /// One row, `seconds` until a job of these kinds falls due or may be lost: negative when one can be taken now, `NULL`
    /// when none waits.
    /// - Parameter last: as it was claimed after.
    package func nextDue(_ kinds: [JobKind], after last: OrganizationID? = nil) -> Query {
        JobClaim(kinds: kinds, last: last).nextDue(at: clock.now())
    }

    /// Keeps a job for another lease. False when it was lost: stop working on it.
    package func renew(_ job: Job) async throws -> Bool {
        let rows = try await database.pipeline(for: job.organization, [.renew(job, seconds: lease)])
        return !rows[0].isEmpty
    }

    /// Records what the work came to. Nothing happens when the lease was lost: another process has the job.
    package func finish(_ job: Job, _ outcome: JobOutcome) async throws {
        _ = try await finish(job, outcome, claiming: [], after: nil)
    }

    /// Records what the work came to and takes the next job in the same round trip.
    ///
    /// - Parameters:
    ///   - kinds: of the next job; none: take no other.
    ///   - patience: real seconds for which a database that is away is waited for.
    package func finish(
        _ job: Job, _ outcome: JobOutcome, claiming kinds: [JobKind], after last: OrganizationID?, patience: Double = 0
    ) async throws -> Job? {
        let (written, putOff) = queries(job, outcome)
        guard !written.isEmpty || !kinds.isEmpty else { return nil }
        let claim = JobClaim(kinds: kinds, last: last)
        // What the job did is kept by the job itself; one that runs again finds it done.
        let finishing: [Query] =
            written.isEmpty ? [] : ["begin", .enter(job.organization, .inOrder)] + written + ["commit"]
        let calling: [Query] = putOff.map { [.callRunner(dueIn: $0)] } ?? []
        let next: Job? = try await database.persisting(for: patience) {
            try await repeatingCollisions {
                let answers = try await database.withConnection(for: job.organization.text) {
                    try await $0.pipeline(finishing + calling + (kinds.isEmpty ? [] : claiming(claim)))
                }
                return kinds.isEmpty ? nil : try taken(claim, answers.last)
            }
        }
        return try await worthATry(next)
    }

    /// - Returns: what is written, and the seconds until the job comes up again, if it does.
    private func queries(_ job: Job, _ outcome: JobOutcome) -> (writes: [Query], putOff: Double?) {
        let now = clock.now()
        switch outcome {
        case .done:
            return ([.delete(job)], nil)
        case .recorded:
            return ([], nil)
        case .snooze(let until):
            let writes: [Query] = [
                .fold(job, dueBy: until, attempts: 0, error: nil, at: now),
                .putBack(job, due: until, attempts: job.attempts - 1, error: nil, at: now),
            ]
            return (writes, until.timeIntervalSince(now))
        case .cancel(let reason):
            return (Query.giveUp(job, reason, at: now), nil)
        case .postpone(let reason) where job.claim < Self.mostFreeClaims:
            let delay = job.kind.backoff.delay(after: max(1, job.claim), fraction: randomness.fraction)
            return again(job, after: delay, attempts: job.attempts - 1, reason, at: now)
        case .postpone(let reason):
            return queries(job, .retry(after: nil, reason: reason))
        case .retry(_, let reason) where job.attempts >= job.kind.attempts:
            return (Query.giveUp(job, reason, at: now), nil)
        case .retry(let after, let reason):
            let delay = after ?? job.kind.backoff.delay(after: job.attempts, fraction: randomness.fraction)
            return again(job, after: delay, attempts: job.attempts, reason, at: now)
        }
    }

    private func again(
        _ job: Job, after delay: Double, attempts: Int, _ reason: String, at now: Date
    ) -> (writes: [Query], putOff: Double?) {
        let writes: [Query] = [
            .fold(job, dueBy: nil, attempts: attempts, error: reason, at: now),
            .putBack(job, due: now.addingTimeInterval(delay), attempts: attempts, error: reason, at: now),
        ]
        return (writes, delay)
    }

    /// Another process may have enqueued or claimed the same key between our look and our write; then the unique indexes
    /// refuse the write and the next look sees it.
    @discardableResult
    private func repeatingCollisions<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        for _ in 1..<Self.collisions {
            do {
                return try await body()
            } catch let error as PostgresError where error.isUniqueViolation || error.isRetryable {
                continue
            }
        }
        return try await body()
    }
}
