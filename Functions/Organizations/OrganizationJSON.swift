import Access
import Domain
import Store
import Web

extension Organization {
    var json: [String: JSONValue] {
        [
            "id": .string(id.text), "name": .string(name), "description": .string(description),
            "industry": .string(industry), "website": .string(website), "country": .string(country),
            "time_zone": .string(timeZone), "plan": .string(plan.rawValue), "message_limit": .count(messageLimit),
            "business_hours": .stored(businessHours), "welcome_message": .string(welcomeMessage),
            "away_message": .string(awayMessage), "quota_message": .string(quotaMessage),
            "auto_reply": .bool(autoReply), "is_personal": .bool(isPersonal),
            "onboarding_completed": .bool(onboardingCompleted), "created_at": .time(createdAt),
            "updated_at": .time(updatedAt),
        ]
    }
}

extension OrganizationOverview {
    var json: [String: JSONValue] {
        [
            "numbers": .array(numbers.map(JSONValue.string)), "is_model_trained": .bool(isModelTrained),
            "last_trained_at": .time(lastTrainedAt), "usage": usage, "conversations": .integer(conversations),
            "open_conversations": .integer(openConversations),
        ]
    }

    /// `used` and `limit` are what the plan counts; inbound stands beside it (ruling C20). Cost is US dollars in millionths.
    var usage: JSONValue {
        .object([
            "period": .string(period), "limit": .integer(quota.limit), "used": .integer(quota.used),
            "remaining": .integer(quota.remaining), "inbound": .integer(inbound), "outbound": .integer(outbound),
            "ai_replies": .integer(aiReplies), "tokens_in": .integer(tokensIn), "tokens_out": .integer(tokensOut),
            "cost_micros": .integer(costMicros), "unpriced_runs": .integer(unpricedRuns),
        ])
    }
}
