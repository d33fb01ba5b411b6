import API
import Access
import Domain
import FoundationEssentials
import Store
import Web

extension Endpoint {
    static let channelStats = Endpoint(
        .get, "/api/v1/channels/{id}/stats", also: formerRoutes("GET", rest: "/{id}/stats"),
        "What a channel did, how healthy it is, and what its pace still allows.",
        for: .member(.viewer, scope: KeyScope(.analytics, .read)), answers: .one(ChannelStats.answer)
    ) { call in
        let stats = try await call.channels.stats(try call.id(of: "channel"), of: call.organization, at: call.now)
        return ChannelStats(stats: try stats.found("channel"), now: call.now)
    }
}

private struct ChannelStats: Sendable {
    var stats: ChannelStatistics
    var now: Date

    var health: LineHealth? { stats.signals.map { LineHealth($0, at: now) } }
    var pace: Pace? { stats.activity.map { Pace($0, at: now) } }

    static let answer = Answer<ChannelStats> {
        $0.field("last_24_hours", \.stats.lastDay, ChannelStatistics.Count.answer)
        $0.field("last_7_days", \.stats.lastWeek, ChannelStatistics.Count.answer)
        $0.field("last_30_days", \.stats.lastMonth, ChannelStatistics.Count.answer)
        $0.field("conversations", \.stats.conversations)
        $0.field("open_conversations", \.stats.openConversations)
        $0.field("last_message_at", \.stats.lastMessageAt)
        $0.field("days", \.stats.days, each: DayCount.answer)
        $0.field("health", \.health, LineHealth.answer, about: "Of a line over WhatsApp Web.")
        $0.field("pacing", \.pace, Pace.answer, about: "Of a line over WhatsApp Web.")
    }
}

extension ChannelStatistics.Count {
    fileprivate static let answer = Answer<ChannelStatistics.Count> {
        $0.field("inbound", \.inbound)
        $0.field("outbound", \.outbound)
        $0.field("ai_replies", \.aiReplies)
    }
}

extension LineHealth.Grade: Answerable {}

extension LineHealth {
    fileprivate static let answer = Answer<LineHealth> {
        $0.field("score", \.score, about: "0 to 100.")
        $0.field("grade", \.grade)
        $0.field("reasons", \.reasons, each: reason, about: "What keeps it from 100, the costliest first.")
    }

    private static let reason = Answer<LineHealth.Reason> {
        $0.field("cost", \.cost)
        $0.field("reason", \.sentence)
    }
}

/// What was used of what the line's age allows.
private struct Pace: Sendable {
    var activity: LineActivity
    var days: Int
    var limits: LineLimits

    init(_ activity: LineActivity, at now: Date) {
        self.activity = activity
        days = activity.age(at: now)
        limits = LineLimits.after(days: days)
    }

    var minute: Share { Share(used: activity.sentLastMinute, limit: limits.perMinute) }
    var hour: Share { Share(used: activity.sentLastHour, limit: limits.perHour) }
    var day: Share { Share(used: activity.sentLastDay, limit: limits.perDay) }
    var newChats: Share { Share(used: activity.startedLastDay, limit: limits.startsPerDay) }

    static let answer = Answer<Pace> {
        $0.field("age_days", \.days)
        $0.field("minute", \.minute, Share.answer)
        $0.field("hour", \.hour, Share.answer)
        $0.field("day", \.day, Share.answer)
        $0.field("new_chats", \.newChats, Share.answer)
    }

    struct Share: Sendable {
        var used: Int
        var limit: Int

        static let answer = Answer<Share> {
            $0.field("used", \.used)
            $0.field("limit", \.limit)
        }
    }
}
