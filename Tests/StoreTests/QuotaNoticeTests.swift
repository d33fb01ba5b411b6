import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Whether the customer was told this month that the quota is used up, as both who ask it are answered.
@Suite struct QuotaNoticeTests {
    /// The first of December in Auckland, where it is 13 hours later than in UTC.
    private static let month = Date(timeIntervalSince1970: 1_796_036_400)

    @Test(arguments: [
        (told: -1.0, gate: "quota", outcome: "answered", isKnown: false),
        (told: 0.0, gate: "quota", outcome: "answered", isKnown: true),
        (told: 60.0, gate: "quota", outcome: "answered", isKnown: true),
        (told: 60.0, gate: "quota", outcome: "stopped", isKnown: false),
        (told: 60.0, gate: "hours", outcome: "answered", isKnown: false),
    ])
    func itIsTheOrganizationsMonth(_ told: Double, gate: String, outcome: String, isKnown: Bool) async throws {
        try await TestDatabase.with { db in
            let (organization, conversation) = (OrganizationID(UUID()), ConversationID(UUID()))
            let at = Self.month.addingTimeInterval(told)
            try await Self.found(organization, conversation, in: db)
            try await db.app.pipeline(
                for: organization,
                [
                    """
                    insert into decisions (organization_id, conversation_id, gate, outcome, reason, at)
                    values (\(organization), \(conversation), \(gate), \(outcome), 'x', \(at))
                    """
                ])
            let now = Self.month.addingTimeInterval(3_600)
            let answers = try await db.app.pipeline(
                for: organization,
                [.allowance(in: conversation, at: now), .noticesSent(in: conversation, at: now)])
            let allowance = try QuotaAllowance(try #require(answers.first?.first))
            #expect(allowance.notice == (isKnown ? nil : "Limit reached."))
            #expect(try #require(answers.last?.first)["quota_notice_sent"] == isKnown)
        }
    }

    private static func found(
        _ organization: OrganizationID, _ conversation: ConversationID, in db: TestDatabase
    ) async throws {
        let (channel, contact) = (ChannelID(UUID()), UUID())
        try await db.owner.query(.insert(organization: organization, at: month))
        try await db.owner.query(
            """
            update parley.organizations set time_zone = 'Pacific/Auckland', quota_message = 'Limit reached.'
            where id = \(organization)
            """)
        try await db.app.pipeline(
            for: organization,
            [
                .insert(line: channel, of: organization, kind: .sandbox, at: month),
                """
                insert into contacts (id, organization_id, created_at, updated_at)
                values (\(contact), \(organization), \(month), \(month))
                """,
                """
                insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                    last_message_at, created_at)
                values (\(conversation), \(organization), \(channel), \(contact), 'r', 'l', \(month), \(month))
                """,
            ])
    }
}
