import Domain
import FoundationEssentials
import Postgres

/// One calendar day in the organization's time zone.
package struct DayCount: Sendable, Equatable {
    /// `2026-11-21`
    package var day: String
    package var inbound: Int
    package var outbound: Int
    package var aiReplies: Int
}

extension DayCount {
    init(row: Row) throws {
        day = try row["day"]
        inbound = try row["inbound"]
        outbound = try row["outbound"]
        aiReplies = try row["ai_replies"]
    }
}

extension Query {
    /// A row for each of the last 30 days, days without messages included, oldest first. From the counters
    /// (`Baseline/21_counts.sql`): a day is a sum of quarters of an hour, whatever the time zone.
    /// - Parameter channel: `nil` for all channels of the organization.
    static func messagesPerDay(of organization: OrganizationID, on channel: ChannelID? = nil, at now: Date) -> Query {
        var query: Query = """
            with zone as (
                select name, today, (today - 29)::timestamp at time zone name as start from (
                    select time_zone as name, (\(now)::timestamptz at time zone time_zone)::date as today
                    from organizations where id = \(organization)) today
            ), quarters as (
                select quarter, sum(messages) filter (where author = 'contact') as inbound,
                    sum(messages) filter (where author <> 'contact') as outbound,
                    sum(messages) filter (where author = 'ai') as ai_replies
                from message_counts
                -- Earlier than any zone's first day: a bound that the planner knows.
                where organization_id = \(organization) and quarter >= \(now.addingTimeInterval(-31 * 86_400))
            """
        if let channel { query.append(" and channel_id = \(channel)") }
        // Only a few thousand quarters are put into days: what a time zone says of a moment is dear.
        query.append(
            """
             group by quarter
            ), counted as (
                select (q.quarter at time zone zone.name)::date as day, sum(q.inbound) as inbound,
                    sum(q.outbound) as outbound, sum(q.ai_replies) as ai_replies
                from zone join quarters q on q.quarter >= zone.start group by 1
            )
            select to_char(days.day, 'YYYY-MM-DD') as day, coalesce(inbound, 0) as inbound,
                coalesce(outbound, 0) as outbound, coalesce(ai_replies, 0) as ai_replies
            from zone cross join lateral (
                select generate_series(zone.today - 29, zone.today, interval '1 day')::date as day) days
            left join counted on counted.day = days.day
            order by days.day
            """)
        return query
    }
}
