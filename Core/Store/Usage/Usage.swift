package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// Counts a persona's reply that the quota had no room for: it was written and paid for.
    package static func countReply(of organization: OrganizationID, at now: Date) -> Query {
        """
        insert into usage_periods as used (organization_id, period, ai_replies)
        select id, to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM'), 1
        from organizations where id = \(organization)
        on conflict (organization_id, period) do update set ai_replies = used.ai_replies + 1
        """
    }

    /// Writes a model call into the ledger and adds it to the month. The same call again changes nothing.
    package static func book(
        _ run: AIRun, turn: TurnID?, conversation: ConversationID?, of organization: OrganizationID, at now: Date
    ) -> Query {
        """
        with booked as (
            insert into ai_runs (id, organization_id, conversation_id, turn_id, provider, model, tokens_in,
                cached_tokens_in, tokens_out, cost_micros, is_estimate, milliseconds, failure, at)
            values (\(run.id), \(organization), \(conversation), \(turn), \(run.provider), \(run.model),
                \(run.tokensIn)::int, \(run.cachedTokensIn)::int, \(run.tokensOut)::int, \(run.costMicros),
                \(run.isEstimate), \(run.milliseconds)::int, \(run.failure), \(now))
            on conflict (organization_id, id) do nothing
            returning organization_id, tokens_in, tokens_out, cost_micros
        )
        insert into usage_slots as used (
            organization_id, period, slot, tokens_in, tokens_out, cost_micros, unpriced_runs)
        select id, to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM'), pg_backend_pid() % 256, tokens_in,
            tokens_out, coalesce(cost_micros, 0), (cost_micros is null)::int
        from booked join organizations on organizations.id = booked.organization_id
        on conflict (organization_id, period, slot) do update
        set tokens_in = used.tokens_in + excluded.tokens_in, tokens_out = used.tokens_out + excluded.tokens_out,
            cost_micros = used.cost_micros + excluded.cost_micros,
            unpriced_runs = used.unpriced_runs + excluded.unpriced_runs
        """
    }
}

/// What an organization may still send this month, and what a customer is told when that is nothing.
package struct QuotaAllowance: Sendable, Equatable {
    package let quota: Quota
    /// `nil`: none is configured, or the conversation had it this month.
    package let notice: String?
}

extension Query {
    /// One row: the quota of a conversation's organization in its current month.
    package static func allowance(in conversation: ConversationID, at now: Date) -> Query {
        quotaNotice(in: conversation, at: now).appending(
            """

            select plan, message_limit, coalesce(used.inbound, 0) as inbound, coalesce(used.outbound, 0) as outbound,
                case when quota_message ~ '\\S' and not quota_notice.was_sent then quota_message end as notice
            from conversations as threads
            join organizations on organizations.id = threads.organization_id
            cross join quota_notice
            left join usage as used on used.organization_id = threads.organization_id
                and used.period = to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM')
            where threads.id = \(conversation)
            """)
    }
}

extension QuotaAllowance {
    package init(_ row: Row) throws(PostgresError) {
        quota = try Quota(row: row)
        notice = try row["notice"]
    }
}

extension Quota {
    /// Of `plan`, `message_limit`, `inbound` and `outbound`.
    package init(row: Row) throws(PostgresError) {
        self.init(
            plan: try row.value("plan"), limitOverride: try row["message_limit"], inbound: try row["inbound"],
            outbound: try row["outbound"])
    }
}
