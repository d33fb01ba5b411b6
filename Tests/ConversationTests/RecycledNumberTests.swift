import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A number that its owner gave up is somebody else's after a while. Who has another account is another person, whatever the number.
@Suite struct RecycledNumberTests {
    private static let number = "15551234567@s.whatsapp.net"

    @Test func whoComesWithAnotherHiddenIDIsSomebodyElse() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            let before = try await road.receiveLinked("STOP", from: "1@lid", also: [Self.number])
            try await road.settle()
            let after = try await road.receiveLinked("two", from: "2@lid", also: [Self.number])
            try await road.settle()
            #expect(after.conversation != before.conversation, "nobody reads what was said to another")
            #expect(road.provider.sent.last == "You said: two", "and another's STOP is not theirs")
            #expect(try await road.count("select count(*) from parley.contacts") == 2)
            #expect(try await Self.owner(in: road) == after.conversation)
            #expect(try await road.receiveLinked("three", from: "2@lid", also: []).conversation == after.conversation)
            // The first one has another number now, or none.
            let later = try await road.receiveLinked("hello?", from: "1@lid", also: ["15557654321@s.whatsapp.net"])
            #expect(later.conversation == before.conversation)
            let sent = road.provider.sent.count
            try await road.settle()
            #expect(road.provider.sent.count == sent + 1, "the second one's answer")
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
        }
    }

    @Test func theThreadOfTheFormerOwnerGoesOnUnderTheirAccount() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            let before = try await road.receiveLinked("one", from: Self.number, also: ["1@lid"])
            try await road.receiveLinked("two", from: "2@lid", also: [Self.number])
            let rows = try await road.database.owner.query(
                "select remote_address from parley.conversations where id = \(before.conversation)")
            #expect(try rows[0]["remote_address"] == "1@lid", "a reply must not go to the new owner")
        }
    }

    /// Whatever the channel that they write on next.
    @Test func theNumberIsItsNewOwnersBySMSToo() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            let old = try await road.receive("by SMS", from: "+15551234567", to: "+14155238886")
            try await road.receiveLinked("one", from: "1@lid", also: [Self.number])
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            try await road.receiveLinked("two", from: "2@lid", also: [Self.number])
            let new = try await road.receive("by SMS", from: "+15551234567", to: "+14155238886")
            #expect(new.conversation != old.conversation)
            #expect(try await road.count("select count(*) from parley.contacts") == 2)
            #expect(
                try await road.receive("again", from: "+15551234567", to: "+14155238886").conversation
                    == new.conversation)
        }
    }

    @Test func whoComesWithAnotherUserIDIsSomebodyElse() async throws {
        try await Road.with { road in
            let before = try await road.receive("one", from: "whatsapp:US.1", also: ["whatsapp:+15551234567"])
            let after = try await road.receive("two", from: "whatsapp:+15551234567", also: ["whatsapp:US.2"])
            #expect(after.conversation != before.conversation)
            #expect(try await road.count("select count(*) from parley.contacts") == 2)
            #expect(try await Self.owner(in: road) == after.conversation)
        }
    }

    /// Meta gives a person another user id for each business, and lines of one organization may be several's.
    @Test func anotherUserIDOnAnotherLineIsNobodyElse() async throws {
        try await Road.with { road in
            try await road.database.owner.query(
                """
                insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(ChannelID(UUID())), \(road.organization), 'whatsapp_twilio', 'whatsapp:+14155550199', 'Second', now(), now())
                """)
            try await road.receive("STOP", from: "whatsapp:US.1", also: ["whatsapp:+15551234567"])
            var message = InboundMessage(
                kind: .whatsappTwilio, localAddress: "whatsapp:+14155550199", remoteAddress: "whatsapp:US.2",
                providerMessageID: "SM2", text: "Hi")
            message.otherAddresses = ["whatsapp:+15551234567"]
            _ = try await road.inbox.receive(message)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
        }
    }

    /// A line learns whose the number is before its new owner writes.
    @Test func aNumberThatALineLearnsAnewIsTakenFromItsFormerOwner() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            let before = try await road.receiveLinked("one", from: Self.number, also: ["1@lid"])
            let line = HeldLine(channel: before.channel, organization: road.organization, worker: UUID(), fence: 1)
            try await road.database.app.pipeline(
                for: road.organization,
                [.adopt([("2@lid", Self.number), ("3@lid", "4@s.whatsapp.net")], on: line, at: road.now)])
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.contact_numbers") == 0)
            let after = try await road.receiveLinked("two", from: Self.number, also: ["2@lid"])
            #expect(after.conversation != before.conversation)
            #expect(try await road.receiveLinked("three", from: "1@lid", also: []).conversation == before.conversation)
        }
    }

    /// The thread of whoever has the number.
    private static func owner(in road: Road) async throws -> ConversationID? {
        try await road.database.owner.query(
            """
            select t.id from parley.conversations t join parley.contact_numbers n on n.contact_id = t.contact_id
            where n.number = '+15551234567'
            """
        ).first.map { try $0["id"] }
    }
}
