package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// Everything that decides who answers a conversation's first unfinished turn and that is in the database: one row.
    ///
    /// The wall-clock time at the business and the month are Postgres's `AT TIME ZONE`.
    package static func answerFacts(in conversation: ConversationID, at now: Date) -> Query {
        unfinishedTurn(of: conversation).appending(
            """
            , thread as (select * from conversations where id = \(conversation)),
            local as (
                select \(now)::timestamptz at time zone time_zone as time from organizations
            )
            select organizations.name, organizations.is_platform, organizations.plan, organizations.message_limit,
                organizations.business_hours::text as business_hours, channels.business_hours::text as channel_hours,
                organizations.welcome_message, organizations.away_message, organizations.quota_message,
                organizations.auto_reply, channels.auto_reply as channel_auto_reply, channels.answers_groups,
                contacts.is_blocked, contacts.opted_out_at is not null as is_opted_out, organizations.opt_out_words,
                organizations.country::text as country, channels.kind, thread.local_address, thread.remote_address,
                organizations.is_platform and was_released(channels.kind, thread.local_address) as was_released,
                thread.is_group, thread.owner, to_char(local.time, 'YYYY-MM-DD HH24:MI') as local_time,
                coalesce(used.inbound, 0) as inbound, coalesce(used.outbound, 0) as outbound,
                not exists (
                    select from conversations as threads join turns on turns.conversation_id = threads.id
                    where threads.contact_id = thread.contact_id
                        and (turns.opened_at, turns.id) < (select opened_at, id from this)) as is_first
            from thread
            join organizations on organizations.id = thread.organization_id
            join channels on channels.id = thread.channel_id
            join contacts on contacts.id = thread.contact_id
            cross join local
            left join usage as used on used.organization_id = thread.organization_id
                and used.period = to_char(local.time, 'YYYY-MM')
            """)
    }

    /// What the customer was told already: one row. Asked only when the quota is used up or the business is closed. An away
    /// message counts as sent when it was sent less than half a day ago and the business was not open for a message since.
    package static func noticesSent(in conversation: ConversationID, at now: Date) -> Query {
        quotaNotice(in: conversation, at: now).appending(
            """

            select quota_notice.was_sent as quota_notice_sent,
                coalesce((
                    select outcome <> 'passed' from decisions
                    where conversation_id = \(conversation) and gate = 'hours' and outcome <> 'stopped'
                        and at > \(now)::timestamptz - interval '12 hours'
                    order by at desc, id desc
                    limit 1), false) as away_message_sent
            from quota_notice
            """)
    }

    /// The table expression `quota_notice`, one row: `was_sent`, whether the customer was told in this month, which is the
    /// organization's, that its quota is used up.
    static func quotaNotice(in conversation: ConversationID, at now: Date) -> Query {
        """
        with quota_notice as (
            select exists (
                select from decisions join organizations on organizations.id = decisions.organization_id
                where conversation_id = \(conversation) and gate = 'quota' and outcome = 'answered'
                    and at >= date_trunc('month', \(now)::timestamptz at time zone time_zone) at time zone time_zone
            ) as was_sent
        )
        """
    }
}

extension AnswerFacts {
    /// - Parameter messages: the turn's, oldest first. The last opt-out word among them counts.
    package init(_ row: Row, messages: [TurnMessage]) throws(PostgresError) {
        let time: String = try row["local_time"]
        guard let localTime = LocalTime(time) else { throw .decoding("local_time is \(time)") }
        self.init(localTime: localTime)
        channel = try row["was_released"] ? .released : row["is_platform"] ? .platformDefault : .known
        isBlocked = try row["is_blocked"]
        isGroup = try row["is_group"]
        answersGroups = try row["answers_groups"]
        isOptedOut = try row["is_opted_out"]
        owner = try row.value("owner")
        quota = Quota(
            plan: try row.value("plan"), limitOverride: try row["message_limit"], inbound: try row["inbound"],
            outbound: try row["outbound"])
        quotaMessage = try row["quota_message"]
        hours = .effective(
            organization: try row.hours("business_hours") ?? .always, channel: try row.hours("channel_hours"))
        awayMessage = try row["away_message"]
        isFirstMessage = try row["is_first"]
        welcomeMessage = try row["welcome_message"]
        organizationAutoReply = try row["auto_reply"]
        channelAutoReply = try row["channel_auto_reply"]
        read(
            messages, business: try row["name"], own: OptOut.own(try row["opt_out_words"]),
            languages: ConversationLanguages(country: try row["country"], address: try row["remote_address"]),
            kind: try row.value("kind"), localAddress: try row["local_address"])
    }

    /// Whether the rule must know what the customer was told already.
    package var needsNotices: Bool { quota.isExhausted || !hours.isOpen(at: localTime) }

    /// - Parameter row: of `noticesSent`.
    package mutating func addNotices(_ row: Row) throws(PostgresError) {
        quotaNoticeSent = try row["quota_notice_sent"]
        awayMessageSent = try row["away_message_sent"]
    }

    private mutating func read(
        _ messages: [TurnMessage], business: String, own: Set<String>, languages: ConversationLanguages,
        kind: ChannelKind, localAddress: String
    ) {
        for message in messages {
            let word = OptOut.keyword(
                in: message.text, providerType: message.providerKeyword, own: own, languages: languages,
                isOptedOut: keyword.map { $0 == .stop } ?? isOptedOut)
            // Who stops and then asks how to go on has stopped.
            guard let word, !(word == .help && keyword != nil) else { continue }
            keyword = word
            keywordAnswer = OptOut.answer(
                to: word, business: business,
                providerAnswered: OptOut.providerAnswers(
                    message.text, providerType: message.providerKeyword, kind: kind, localAddress: localAddress))
        }
    }
}

extension Row {
    fileprivate func hours(_ name: String) throws(PostgresError) -> BusinessHours? {
        guard let text: String = try self[name] else { return nil }
        do {
            return try BusinessHours(json: Array(text.utf8))
        } catch {
            throw .decoding("column \(name): \(error.description)")
        }
    }
}
