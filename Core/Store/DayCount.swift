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
    /// A row for each of the last 30 days, days without messages included, oldest first.
    /// - Parameter line: `nil` for all lines of the organization.
    static func messagesPerDay(of organization: OrganizationID, on line: ChannelID? = nil, at now: Date) -> Query {
        // Two statements by intention: each has an index of its own.
        let owner = line == nil ? "m.organization_id" : "m.channel_id"
        return """
            with zone as (
                select time_zone as name, (\(now)::timestamptz at time zone time_zone)::date as today
                from organizations where id = \(organization)
            ), counted as (
                select (m.created_at at time zone zone.name)::date as day,
                    count(*) filter (where m.direction = 'inbound') as inbound,
                    count(*) filter (where m.direction = 'outbound') as outbound,
                    count(*) filter (where m.author = 'ai') as ai_replies
                from messages m, zone
                where \(unescaped: owner) = \(line?.rawValue ?? organization.rawValue)
                    and m.created_at >= (zone.today - 29)::timestamp at time zone zone.name
                group by 1
            )
            select to_char(days.day, 'YYYY-MM-DD') as day, coalesce(inbound, 0) as inbound,
                coalesce(outbound, 0) as outbound, coalesce(ai_replies, 0) as ai_replies
            from zone cross join lateral (
                select generate_series(zone.today - 29, zone.today, interval '1 day')::date as day) days
            left join counted on counted.day = days.day
            order by days.day
            """
    }
}
