package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// Adds work to the caller's transaction. A job of the same kind and key that still waits is the same work: it keeps
    /// the earlier of the two due times. After the commit: `callRunner`.
    ///
    /// - Parameter destination: the host or line that a share is counted for; empty when there is none.
    package static func enqueue(
        _ kind: JobKind, key: String, for organization: OrganizationID, id: JobID, due: Date, at now: Date,
        destination: String = "", payload: String = "{}"
    ) -> Query {
        """
        select enqueue_job(\(id), \(organization), \(kind.name), \(key), \(due), \(now), \(destination), \(payload)::jsonb)
        """
    }

    /// The same of a job that is due at once.
    package static func enqueue(_ job: Job, at now: Date) -> Query {
        enqueue(
            job.kind, key: job.key, for: job.organization, id: job.id, due: now, at: now,
            destination: job.destination, payload: job.payload)
    }

    /// A timer: the same, but one that waits already is moved to this time, and does this payload.
    package static func schedule(
        _ kind: JobKind, key: String, for organization: OrganizationID, id: JobID, due: Date, at now: Date,
        destination: String = "", payload: String = "{}"
    ) -> Query {
        """
        select enqueue_job(\(id), \(organization), \(kind.name), \(key), \(due), \(now), \(destination), \(payload)::jsonb,
            moves => true)
        """
    }
}

/// A job that ends with its work, and the one that follows it, without a look at the queue between them.
extension Query {
    /// In place of `JobOutcome.done`: the outcome is then `recorded`. Whoever does the next one asks first whether it is theirs
    /// (`isHeld`): it may have to wait like any other (`Functions/jobs.sql`).
    /// - Parameters:
    ///   - next: of the same organization, for no destination.
    ///   - lease: real seconds.
    package static func end(_ job: Job, enqueuing next: Job, lease: Double, at now: Date) -> Query {
        """
        select end_job(\(job.id), \(job.claim)::int, \(next.id), \(next.organization), \(next.kind.name), \(next.key),
            \(now), \(next.kind.share.perOrganization)::int, \(lease))
        """
    }

    /// Ends the job that sends what is queued in a conversation, in the transaction that records a message as sent, when no other
    /// waits there. A row when it did: the outcome is then `recorded`.
    package static func end(_ job: Job, ifNothingWaitsIn conversation: ConversationID) -> Query {
        delete(job).appending(
            """

                and not exists (
                    select from messages where conversation_id = \(conversation) and status in ('queued', 'sending'))
            returning id
            """)
    }

    /// A row when the job is still this process's.
    package static func isHeld(_ job: Job) -> Query {
        """
        select id from jobs
        where organization_id = \(job.organization) and id = \(job.id) and claim = \(job.claim) and state = 'running'
        """
    }
}

/// What the queue writes of a job it gave out. Each does nothing when the lease was lost meanwhile.
extension Query {
    static func renew(_ job: Job, seconds: Double) -> Query {
        """
        update jobs set leased_until = clock_timestamp() + make_interval(secs => \(seconds))
        where organization_id = \(job.organization) and id = \(job.id) and claim = \(job.claim) and state = 'running'
        returning id
        """
    }

    static func delete(_ job: Job) -> Query {
        """
        delete from jobs
        where organization_id = \(job.organization) and id = \(job.id) and claim = \(job.claim) and state = 'running'
        """
    }

    /// When the same work was enqueued again meanwhile, there is one job too many: the waiting one goes on, and inherits
    /// how often it was tried.
    static func fold(_ job: Job, dueBy: Date?, attempts: Int, error: String?, at now: Date) -> Query {
        """
        with mine as (
            delete from jobs as running
            where running.organization_id = \(job.organization) and running.id = \(job.id)
                and running.claim = \(job.claim) and running.state = 'running'
                and exists (
                    select from jobs as waiting
                    where waiting.organization_id = running.organization_id and waiting.kind = running.kind
                        and waiting.key = running.key and waiting.state in ('scheduled', 'ready'))
            returning running.organization_id, running.kind, running.key
        )
        update jobs as waiting
        set attempts = greatest(waiting.attempts, \(attempts)), run_at = least(waiting.run_at, \(dueBy)),
            state = case when least(waiting.run_at, \(dueBy)) > \(now) then 'scheduled' else 'ready' end,
            last_error = coalesce(\(error), waiting.last_error)
        from mine
        where waiting.organization_id = mine.organization_id and waiting.kind = mine.kind and waiting.key = mine.key
            and waiting.state in ('scheduled', 'ready')
        """
    }

    static func putBack(_ job: Job, due: Date, attempts: Int, error: String?, at now: Date) -> Query {
        """
        update jobs
        set state = case when \(due) > \(now) then 'scheduled' else 'ready' end, leased_until = null, run_at = \(due),
            attempts = \(attempts), last_error = coalesce(\(error), last_error)
        where organization_id = \(job.organization) and id = \(job.id) and claim = \(job.claim) and state = 'running'
        """
    }

    /// The job is dead, with its reason; when a customer waits for it, a person is called.
    static func giveUp(_ job: Job, _ reason: String, at now: Date) -> [Query] {
        let burial = [bury(job, reason, at: now)]
        guard job.kind.isAboutConversation, let conversation = ConversationID(job.key) else { return burial }
        return burial + [
            .setStatus(conversation, .pending, at: now),
            .recordUnanswered(conversation, "The work on it was given up (\(job.kind.name)): \(reason)", at: now),
        ]
    }

    private static func bury(_ job: Job, _ reason: String, at now: Date) -> Query {
        """
        with buried as (
            update jobs set state = 'dead', leased_until = null, last_error = \(reason)
            where organization_id = \(job.organization) and id = \(job.id) and claim = \(job.claim) and state = 'running'
            returning id, organization_id, kind, key, last_error
        )
        insert into events (organization_id, type, subject_id, data, at)
        select organization_id, 'job.dead', id, jsonb_build_object('kind', kind, 'key', key, 'reason', last_error), \(now)
        from buried
        """
    }
}
