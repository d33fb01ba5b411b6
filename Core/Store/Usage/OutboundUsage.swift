package import Domain
package import FoundationEssentials
package import Postgres

/// Messages an organization sends count in its month from the moment they are queued, until they fail before the provider took
/// them. Who queues one in `Query.queue`, or ends one in `Query.move`, need not think of it.
extension Query {
    /// Counts messages of a reply before they are queued, in the organization's current month. With a limit, only when there is room
    /// for all of them: no row comes back when there is not. The row's lock makes concurrent replies count one after the other.
    /// - Parameter replies: of a persona, counted with them.
    package static func countOutbound(
        _ messages: Int, replies: Int = 0, of organization: OrganizationID, limit: Int? = nil, at now: Date
    ) -> Query {
        """
        insert into usage_periods as used (organization_id, period, outbound, ai_replies)
        select id, to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM'), \(messages)::int, \(replies)::int
        from organizations
        where id = \(organization) and (\(limit)::bigint is null or \(messages)::bigint <= \(limit)::bigint)
        on conflict (organization_id, period) do update
        set outbound = used.outbound + excluded.outbound, ai_replies = used.ai_replies + excluded.ai_replies
        where \(limit)::bigint is null or used.outbound + excluded.outbound <= \(limit)::bigint
        returning outbound
        """
    }

    /// One row: what a month of the organization is limited to (`Quota.init(row:)`), and whether the message is there already
    /// (`is_queued`) and asks for nothing.
    package static func messageLimit(of organization: OrganizationID, for message: MessageID) -> Query {
        """
        select plan, message_limit, 0 as inbound, 0 as outbound,
            exists (select from messages where id = \(message)) as is_queued
        from organizations where id = \(organization)
        """
    }

    /// Gives back the messages that `countOutbound` counted, when none was queued after all. The reply stays counted: it was paid for.
    package static func uncountOutbound(_ messages: Int, of organization: OrganizationID, at now: Date) -> Query {
        """
        update usage_periods set outbound = greatest(0, usage_periods.outbound - \(messages)::int)
        from organizations
        where organizations.id = \(organization) and usage_periods.organization_id = organizations.id
            and usage_periods.period = to_char(\(now)::timestamptz at time zone organizations.time_zone, 'YYYY-MM')
        """
    }

    /// A table expression that counts a row of another one, `queued`.
    static func countingQueued(at now: Date) -> Query {
        """
        , counted as (
            insert into usage_periods as used (organization_id, period, outbound)
            select id, to_char(\(now)::timestamptz at time zone time_zone, 'YYYY-MM'), 1
            from organizations where id in (select organization_id from queued)
            on conflict (organization_id, period) do update set outbound = used.outbound + excluded.outbound
        )
        """
    }

    /// A table expression that gives back what the rows of another one, of one organization, were counted as. It locks the month
    /// behind the messages: nobody who holds a month waits for a message that is ending.
    static func uncounting(_ rows: String, at now: Date) -> Query {
        """
        , uncounted as (
            update usage_periods
            set outbound = greatest(0, usage_periods.outbound - (select count(*) from \(unescaped: rows))::int)
            from organizations
            where organizations.id in (select organization_id from \(unescaped: rows))
                and usage_periods.organization_id = organizations.id
                and usage_periods.period = to_char(\(now)::timestamptz at time zone organizations.time_zone, 'YYYY-MM')
        )
        """
    }
}
