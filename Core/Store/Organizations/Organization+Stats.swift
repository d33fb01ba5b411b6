package import Domain
package import FoundationEssentials
import Postgres

/// What an organization's pages show at a glance: its lines, its training, its usage this month.
package struct OrganizationOverview: Sendable, Equatable {
    /// Addresses of its Twilio lines, `whatsapp:+14155238886`.
    package var numbers: [String]
    package var isModelTrained: Bool
    package var lastTrainedAt: Date?
    /// `2026-11`, in the organization's time zone.
    package var period: String
    package var quota: Quota
    package var inbound: Int
    package var outbound: Int
    package var aiReplies: Int
    package var tokensIn: Int
    package var tokensOut: Int
    package var costMicros: Int
    package var unpricedRuns: Int
    package var conversations: Int
    package var openConversations: Int
}

extension OrganizationStore {
    package func overview(_ id: OrganizationID, at now: Date) async throws -> OrganizationOverview? {
        try await statistics([Self.overviewQuery(id, at: now)], of: id)[0].first.map(OrganizationOverview.init(row:))
    }

    /// The last 30 days, days without messages included, oldest first.
    package func days(_ id: OrganizationID, at now: Date) async throws -> [DayCount] {
        try await statistics([.messagesPerDay(of: id, at: now)], of: id)[0].map(DayCount.init(row:))
    }

    private static func overviewQuery(_ id: OrganizationID, at now: Date) -> Query {
        """
        select o.plan, o.message_limit, months.period,
            (select coalesce(string_agg(address, ' ' order by created_at), '') from channels
                where kind = 'whatsapp_twilio' and address is not null and deleted_at is null) as numbers,
            coalesce(k.is_model_trained, false) as is_model_trained, k.last_trained_at,
            coalesce(u.inbound, 0) as inbound, coalesce(u.outbound, 0) as outbound,
            coalesce(u.ai_replies, 0) as ai_replies, coalesce(u.tokens_in, 0) as tokens_in,
            coalesce(u.tokens_out, 0) as tokens_out, coalesce(u.cost_micros, 0) as cost_micros,
            coalesce(u.unpriced_runs, 0) as unpriced_runs,
            threads.conversations, threads.open_conversations
        from organizations o
        cross join lateral (
            select coalesce(sum(conversations), 0) as conversations,
                coalesce(sum(conversations) filter (where status = 'open'), 0) as open_conversations
            from conversation_counts where organization_id = o.id) threads
        cross join lateral (select to_char(\(now)::timestamptz at time zone o.time_zone, 'YYYY-MM') as period) months
        left join usage u on u.organization_id = o.id and u.period = months.period
        left join knowledge k on k.organization_id = o.id
        where o.id = \(id) and o.deleted_at is null
        """
    }
}

extension OrganizationOverview {
    init(row: Row) throws {
        let numbers: String = try row["numbers"]
        self.numbers = numbers.split(separator: " ").map(String.init)
        isModelTrained = try row["is_model_trained"]
        lastTrainedAt = try row["last_trained_at"]
        period = try row["period"]
        inbound = try row["inbound"]
        outbound = try row["outbound"]
        aiReplies = try row["ai_replies"]
        tokensIn = try row["tokens_in"]
        tokensOut = try row["tokens_out"]
        costMicros = try row["cost_micros"]
        unpricedRuns = try row["unpriced_runs"]
        conversations = try row["conversations"]
        openConversations = try row["open_conversations"]
        quota = Quota(
            plan: try row.value("plan"), limitOverride: try row["message_limit"], inbound: inbound, outbound: outbound)
    }
}
