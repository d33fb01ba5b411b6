import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// K13: a business's number is the business's, however it is written to, and nobody's when it was given back.
@Suite struct NumberAddressTests {
    @Test func anSMSToABusinesssNumberIsTheBusinesss() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi", from: "+12025550117", to: "+14155238886")
            #expect(receipt.organization == road.organization && receipt.channel == road.channel)
            try await road.settle()
            let sent = try #require(road.provider.all.first)
            #expect(sent.draft.from == "+14155238886" && sent.draft.to == "+12025550117", "by SMS, as it came")
        }
    }

    /// By SMS there is no window; over WhatsApp, from the same person to the same number, there is.
    @Test func bothNetworksOfANumberAreToldApart() async throws {
        try await Road.with { road in
            let chat = try await road.receive("Hi", from: "whatsapp:+12025550117")
            let text = try await road.receive("Hi", from: "+12025550117", to: "+14155238886")
            #expect(chat.conversation != text.conversation)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            try await road.settle()
            road.advance(25 * 3600)
            for receipt in [chat, text] {
                let reply = PersonReply(id: road.ids.make(), text: "Late")
                _ = try await road.actions.reply(reply, in: receipt.conversation, of: road.organization, by: road.user)
            }
            try await road.work()
            #expect(road.provider.all.filter { $0.draft.body == "Late" }.map(\.draft.to) == ["+12025550117"])
        }
    }

    /// Its customers go on writing to it. The platform keeps what they write and says nothing in the name of a business that is gone.
    @Test(arguments: ["whatsapp:+14155238886", "+14155238886"])
    func aNumberThatWasGivenBackIsAnsweredByNobody(_ address: String) async throws {
        try await Road.with { road in
            try await road.database.owner.query(
                "update parley.channels set deleted_at = now() where id = \(road.channel)")
            let receipt = try await road.receive("Are you open?", from: "whatsapp:+12025550117", to: address)
            #expect(receipt.organization != road.organization)
            try await road.settle()
            #expect(road.provider.sent.isEmpty)
            #expect(try await road.decisions().last == "channel stopped")
            // Whoever gets it next answers.
            try await road.database.owner.query(
                """
                insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(ChannelID(UUID())), \(road.organization), 'whatsapp_twilio', \(road.line), 'New', now(), now())
                """)
            #expect(try await road.receive("Hi", to: address).organization == road.organization)
            try await road.settle()
            #expect(road.provider.sent == ["You said: Hi"])
            #expect(try await road.count("select count(*) from parley.released_addresses") == 0)
        }
    }

    @Test func aNumberThatNeverWasAnybodysIsThePlatforms() async throws {
        try await Road.with { road in
            for address in ["whatsapp:+19999999999", "+19999999999"] {
                try await road.receive("Hi", to: address)
                try await road.settle()
            }
            #expect(road.provider.sent == ["You said: Hi", "You said: Hi"])
        }
    }
}
