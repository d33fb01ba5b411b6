import Domain
package import Store

extension OrganizationOverview {
    package static let answer = Answer<OrganizationOverview> {
        $0.field("numbers", \.numbers)
        $0.field("is_model_trained", \.isModelTrained)
        $0.field("last_trained_at", \.lastTrainedAt)
        $0.field("usage", \.self, usage)
        $0.field("conversations", \.conversations)
        $0.field("open_conversations", \.openConversations)
    }

    private static let usage = Answer<OrganizationOverview> {
        $0.field("period", \.period, about: "Month in the organization's time zone, 2026-11.")
        $0.field("limit", \.quota.limit)
        $0.field("used", \.quota.used, about: "What the plan counts: accepted outbound messages.")
        $0.field("remaining", \.quota.remaining)
        $0.field("inbound", \.inbound)
        $0.field("outbound", \.outbound)
        $0.field("ai_replies", \.aiReplies)
        $0.field("tokens_in", \.tokensIn)
        $0.field("tokens_out", \.tokensOut)
        $0.field("cost_micros", \.costMicros, about: "US dollars in millionths.")
        $0.field("unpriced_runs", \.unpricedRuns, about: "Model calls whose price is unknown; not in the cost.")
    }
}

extension DayCount {
    package static let answer = Answer<DayCount> {
        $0.field("day", \.day)
        $0.field("inbound", \.inbound)
        $0.field("outbound", \.outbound)
        $0.field("ai_replies", \.aiReplies)
    }
}
