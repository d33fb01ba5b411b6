import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// The id under which a message leaves over WhatsApp Web is written before it leaves.
@Suite struct LineMessageKeyTests {
    private static let now = Date(timeIntervalSince1970: 1_795_369_234)

    @Test(arguments: [true, false])
    func anIDThatACustomerUsedHoldsNoMessageBack(_ isTaken: Bool) async throws {
        try await TestDatabase.with { db in
            let organization = OrganizationID(UUID())
            try await db.owner.query(.insert(organization: organization, at: Self.now))
            let line = try await db.makeHeldLine(of: organization, at: Self.now)
            let message = try await Self.converse(on: line, customersID: isTaken ? "3EB0A" : "3EB0B", in: db)
            let box = try SecretBox(keys: "one:" + Data(repeating: 1, count: 32).base64EncodedString())
            let copy = SentCopy(
                messageID: "3EB0A", chat: "1@s.whatsapp.net", type: "text", mediaType: nil, edit: nil,
                hidesFailure: false, pollType: nil, content: [1])
            try await db.app.pipeline(
                for: organization, try LineKeys(line: line, box: box).keep(copy, for: message, of: line, at: Self.now))
            let rows = try await db.owner.query(
                """
                select provider_message_id as id, status,
                    (select count(*) from parley.decisions where message_id = messages.id and gate = 'provider_id') as said
                from parley.messages where id = \(message)
                """)
            // A customer's id is the customer's: ours may be the same.
            #expect(try rows[0]["id"] == "3EB0A")
            #expect(try rows[0]["status"] == "sending")
            #expect(try rows[0]["said"] == 0)
        }
    }

    /// A customer's message, and ours that is being sent.
    private static func converse(
        on line: HeldLine, customersID: String, in db: TestDatabase
    ) async throws -> MessageID {
        let (contact, thread, message) = (UUID(), UUID(), MessageID(UUID()))
        try await db.app.pipeline(
            for: line.organization,
            [
                """
                insert into contacts (id, organization_id, created_at, updated_at)
                values (\(contact), \(line.organization), \(now), \(now))
                """,
                """
                insert into conversations (id, organization_id, channel_id, contact_id, remote_address, local_address,
                    last_message_at, created_at)
                values (\(thread), \(line.organization), \(line.channel), \(contact), '1@s.whatsapp.net', 'l', \(now), \(now))
                """,
                """
                insert into messages (id, organization_id, conversation_id, channel_id, direction, author, status,
                    provider_message_id, created_at)
                values
                    (\(UUID()), \(line.organization), \(thread), \(line.channel), 'inbound', 'contact', 'received',
                        \(customersID), \(now)),
                    (\(message), \(line.organization), \(thread), \(line.channel), 'outbound', 'ai', 'sending', null, \(now))
                """,
                """
                insert into message_keys (organization_id, channel_id, provider_message_id, author, message_id)
                select organization_id, channel_id, provider_message_id, '1@s.whatsapp.net', id from messages
                where conversation_id = \(thread) and direction = 'inbound'
                """,
            ])
        return message
    }
}
