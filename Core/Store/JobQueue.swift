package import Domain
package import FoundationEssentials
package import Postgres

/// The job queue in Postgres: claimed across organizations with SKIP LOCKED, one running job per kind and key, leases
/// that a living process renews and a dead one loses.
///
/// Due times are the injected clock's, so that the sandbox can move them; leases are real time, because they watch
/// processes.
package struct JobQueue: Sendable {
    private let database: Database
    private let clock: WallClock
    private let randomness: Randomness
    /// Real seconds until a job whose process fell silent is given to another.
    package let lease: Double
    private let backoff: Backoff

    /// How often a claim or an outcome that met another one is repeated.
    private static let collisions = 5

    package init(
        database: Database, clock: WallClock, randomness: Randomness, lease: Double = 15,
        backoff: Backoff = Backoff(base: 2, limit: 300)
    ) {
        self.database = database
        self.clock = clock
        self.randomness = randomness
        self.lease = lease
        self.backoff = backoff
    }

    /// The job to do now, or `nil`. `more`: another one is due or falls due within `horizon` seconds; somebody should look.
    package func claim(horizon: Double) async throws -> (job: Job, more: Bool)? {
        try await repeatingCollisions {
            let rows = try await taken("select * from claim_job(\(clock.now()), \(lease), \(horizon))")
            return try rows.first.map { (try Job($0), try $0["more"]) }
        }
    }

    /// The send to make now through one of the given lines, which the caller holds, or `nil`. `more`: another is due.
    package func claim(lanes: [ChannelID]) async throws -> (job: Job, lane: ChannelID, more: Bool)? {
        guard !lanes.isEmpty else { return nil }
        return try await repeatingCollisions {
            let rows = try await taken(
                "select * from claim_line_job(\(array: lanes.map(\.rawValue)), \(clock.now()), \(lease))")
            return try rows.first.map { (try Job($0), try $0["lane"], try $0["more"]) }
        }
    }

    /// Without waiting for the disk: a server that dies may forget that a job was taken, and then it is taken again.
    private func taken(_ claim: Query) async throws -> [Row] {
        try await database.withConnection { connection in
            try await connection.pipeline(["begin", .inOrder, claim, "commit"])[2]
        }
    }

    /// Keeps a job for another lease. False when it was lost: stop working on it.
    package func renew(_ job: Job) async throws -> Bool {
        let rows = try await database.pipeline(
            for: job.organization,
            [
                """
                update jobs set leased_until = clock_timestamp() + make_interval(secs => \(lease))
                where id = \(job.id) and claim = \(job.claim) and state = 'running' returning id
                """
            ])
        return !rows[0].isEmpty
    }

    /// Records what the work came to. Nothing happens when the lease was lost: another process has the job.
    package func finish(_ job: Job, _ outcome: JobOutcome) async throws {
        let queries = queries(job, outcome)
        try await repeatingCollisions {
            // What the job did is kept by the job itself; one that runs again finds it done.
            try await database.pipeline(for: job.organization, durability: .inOrder, queries)
        }
    }

    private func queries(_ job: Job, _ outcome: JobOutcome) -> [Query] {
        let now = clock.now()
        switch outcome {
        case .done:
            return [.delete(job)]
        case .snooze(let until):
            return [
                .fold(job, dueBy: until, attempts: 0, error: nil),
                .putBack(job, due: until, attempts: job.attempts - 1, error: nil),
            ]
        case .cancel(let reason):
            return [.bury(job, reason, at: now)]
        case .retry(_, let reason) where job.attempts >= job.maxAttempts:
            return [.bury(job, reason, at: now)]
        case .retry(let after, let reason):
            let delay = after ?? backoff.delay(after: job.attempts, fraction: randomness.fraction)
            return [
                .fold(job, dueBy: nil, attempts: job.attempts, error: reason),
                .putBack(job, due: now.addingTimeInterval(delay), attempts: job.attempts, error: reason),
            ]
        }
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

extension Query {
    /// Adds work to the caller's transaction. A job of the same kind and key that still waits is the same work: it keeps
    /// the earlier of the two due times.
    package static func enqueue(
        _ kind: Job.Kind, key: String, for organization: OrganizationID, id: JobID, due: Date, at now: Date
    ) -> Query {
        """
        insert into jobs (id, organization_id, kind, key, run_at, created_at)
        values (\(id), \(organization), \(kind.rawValue), \(key), \(due), \(now))
        on conflict (kind, key) where state = 'ready' do update set run_at = least(jobs.run_at, excluded.run_at)
        """
    }

    fileprivate static func delete(_ job: Job) -> Query {
        "delete from jobs where id = \(job.id) and claim = \(job.claim) and state = 'running'"
    }

    /// When the same work was enqueued again meanwhile, there is one job too many: the waiting one goes on, and inherits
    /// how often it was tried.
    fileprivate static func fold(_ job: Job, dueBy: Date?, attempts: Int, error: String?) -> Query {
        """
        with mine as (
            delete from jobs as running
            where running.id = \(job.id) and running.claim = \(job.claim) and running.state = 'running'
                and exists (
                    select from jobs as waiting
                    where waiting.kind = running.kind and waiting.key = running.key and waiting.state = 'ready')
            returning running.kind, running.key
        )
        update jobs as waiting
        set attempts = greatest(waiting.attempts, \(attempts)), run_at = least(waiting.run_at, \(dueBy)),
            last_error = coalesce(\(error), waiting.last_error)
        from mine
        where waiting.kind = mine.kind and waiting.key = mine.key and waiting.state = 'ready'
        """
    }

    fileprivate static func putBack(_ job: Job, due: Date, attempts: Int, error: String?) -> Query {
        """
        update jobs set state = 'ready', leased_until = null, run_at = \(due), attempts = \(attempts),
            last_error = coalesce(\(error), last_error)
        where id = \(job.id) and claim = \(job.claim) and state = 'running'
        """
    }

    fileprivate static func bury(_ job: Job, _ reason: String, at now: Date) -> Query {
        """
        with buried as (
            update jobs set state = 'dead', leased_until = null, last_error = \(reason)
            where id = \(job.id) and claim = \(job.claim) and state = 'running'
            returning id, organization_id, kind, key
        )
        insert into events (organization_id, type, subject_id, data, at)
        select organization_id, 'job.dead', id, jsonb_build_object('kind', kind, 'key', key), \(now) from buried
        """
    }
}

extension Query {
    /// One row, `waiting`: whether a job is due or falls due within so many seconds.
    package static func jobWaiting(at now: Date, horizon: Double) -> Query {
        "select job_waiting(\(now), \(horizon)) as waiting"
    }
}
