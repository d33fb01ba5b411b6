import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// One person under several addresses is one contact with one thread, one welcome and one word about being written to.
@Suite struct PersonTests {
    static let spellings: [(first: String, second: String)] = [
        ("whatsapp:+5215512345678", "whatsapp:+525512345678"), ("whatsapp:+551187654321", "whatsapp:+5511987654321"),
        ("whatsapp:+5491123456789", "whatsapp:+541123456789"), ("whatsapp:+54111523456789", "whatsapp:+5491123456789"),
    ]

    @Test(arguments: spellings)
    func twoSpellingsOfANumberAreOnePersonWelcomedOnce(_ first: String, _ second: String) async throws {
        try await Road.with { road in
            try await road.set("welcome_message", "Welcome!")
            for (text, address) in [("one", first), ("two", second), ("three", first)] {
                try await road.receive(text, from: address)
                try await road.settle()
            }
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.conversations") == 1)
            #expect(road.provider.sent == ["Welcome!", "You said: one", "You said: two", "You said: three"])
            #expect(
                road.provider.all.map(\.draft.to) == [first, first, second, first], "to the address that wrote last")
        }
    }

    @Test(arguments: spellings)
    func stopFollowsThePerson(_ first: String, _ second: String) async throws {
        try await Road.with { road in
            try await road.receive("STOP", from: first)
            try await road.settle()
            try await road.receive("hello?", from: second)
            try await road.settle()
            #expect(road.provider.sent.count == 1, "the confirmation and nothing more")
            try await road.receive("START", from: second)
            try await road.settle()
            try await road.receive("hello!", from: first)
            try await road.settle()
            #expect(road.provider.sent.last == "You said: hello!")
        }
    }

    @Test func stopFollowsThePersonToTheOtherChannels() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            try await road.receive("STOP", from: "whatsapp:+5215512345678")
            try await road.settle()
            for address in ["5215512345678@s.whatsapp.net", "77001@lid"] {
                try await road.receiveLinked("hello?", from: address, also: ["5215512345678@s.whatsapp.net"])
                try await road.settle()
            }
            try await road.receive("and by SMS?", from: "+525512345678", to: "+14155238886")
            try await road.settle()
            #expect(road.provider.sent.count == 1)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.conversations") == 3, "one a line and network")
        }
    }

    /// Twilio's user id comes beside the number first, and instead of it later; or the other way round.
    @Test(arguments: [true, false])
    func aUserIDAndANumberAreOnePerson(_ numberFirst: Bool) async throws {
        let (number, id) = ("whatsapp:+15551234567", "whatsapp:US.13491208655302741918")
        try await Road.with { road in
            try await road.receive("one", from: numberFirst ? number : id, also: [numberFirst ? id : number])
            try await road.receive("STOP", from: numberFirst ? id : number)
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.conversations") == 1)
            #expect(road.provider.all.map(\.draft.to) == [numberFirst ? id : number])
        }
    }

    /// They wrote from both before anybody said that they are one.
    @Test func twoContactsWhoTurnOutToBeOnePersonAreOne() async throws {
        let (number, id) = ("whatsapp:+15551234567", "whatsapp:US.13491208655302741918")
        try await Road.with { road in
            try await road.receive("STOP", from: number)
            let second = try await road.receive("two", from: id)
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts") == 2)
            road.advance(1)
            let third = try await road.receive("three", from: id, also: [number])
            try await road.settle()
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(distinct contact_id) as count from parley.conversations") == 1)
            #expect(third.conversation == second.conversation, "where they wrote last")
            #expect(!road.provider.sent.contains("You said: three"))
        }
    }

    @Test func numbersOfDifferentPeopleStayApart() async throws {
        let others = [
            "whatsapp:+525512345678", "whatsapp:+525512345679", "whatsapp:+551132654321", "whatsapp:+5511932654321",
            "whatsapp:+12025550117", "whatsapp:+12025550118", "whatsapp:US.abc", "whatsapp:US.abd",
        ]
        try await Road.with { road in
            for address in others { try await road.receive("Hi", from: address) }
            #expect(try await road.count("select count(*) from parley.contacts") == others.count)
        }
    }

    /// Webhooks of one person under every spelling at once: none is lost, none is doubled, nobody deadlocks.
    @Test func allSpellingsAtOnceAreOnePerson() async throws {
        let addresses = [
            "whatsapp:+5491123456789", "whatsapp:+541123456789", "whatsapp:+54111523456789", "whatsapp:AR.7",
        ]
        try await Road.with { road in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<24 {
                    let (from, other) = (addresses[number % 4], addresses[(number + 1) % 4])
                    group.addTask { try await road.receive("\(number)", from: from, also: [other]) }
                }
                try await group.waitForAll()
            }
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.conversations") == 1)
            #expect(try await road.count("select count(*) from parley.turns") == 1)
            #expect(try await road.count("select count(*) from parley.messages") == 24)
        }
    }

    @Test func onePersonOfTwoOrganizationsIsTwoContacts() async throws {
        try await Road.with { road in
            try await road.receive("STOP", from: "whatsapp:+5215512345678")
            try await road.receive("Hi", from: "whatsapp:+525512345678", to: "whatsapp:+19999999999")
            #expect(try await road.count("select count(*) from parley.contacts") == 2)
        }
    }

    /// WhatsApp's clients choose the ids of their messages.
    @Test func oneIDOfTwoCustomersIsTwoMessages() async throws {
        try await Road.with { road in
            for from in ["whatsapp:+12025550117", "whatsapp:+12025550118", "whatsapp:+12025550117"] {
                try await road.receive("Hi", from: from, id: "3EB0")
            }
            #expect(try await road.count("select count(*) from parley.messages") == 2)
            #expect(try await road.count("select count(*) from parley.message_keys") == 2)
        }
    }

    /// It was stored by a program that took the group for the author, and comes again.
    @Test func aGroupsMessageFromBeforeIsKnownAgain() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            let message = InboundMessage(
                kind: .whatsappWeb, localAddress: Road.phone, remoteAddress: "1203@g.us", providerMessageID: "3EB0",
                authors: ["1@lid"], text: "Hi", isGroup: true)
            _ = try await road.inbox.receive(message)
            try await road.database.owner.query("update parley.message_keys set author = '1203@g.us'")
            #expect(try await road.inbox.receive(message).isNew == false)
            #expect(try await road.count("select count(*) from parley.messages") == 1)
        }
    }

    @Test func oneIDOfTwoMembersOfAGroupIsTwoMessages() async throws {
        try await Road.with { road in
            try await road.linkPhone()
            for member in ["1@lid", "2@lid", "2@lid"] {
                var message = InboundMessage(
                    kind: .whatsappWeb, localAddress: Road.phone, remoteAddress: "1203@g.us", providerMessageID: "3EB0",
                    text: "Hi", isGroup: true)
                message.authors = [member]
                _ = try await road.inbox.receive(message)
            }
            #expect(try await road.count("select count(*) from parley.messages") == 2)
        }
    }
}

extension Road {
    static let phone = "15550009999@s.whatsapp.net"

    func linkPhone() async throws {
        try await database.owner.query(
            """
            insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
            values (\(ChannelID(UUID())), \(organization), 'whatsapp_web', \(Self.phone), 'Phone', \(now), \(now))
            """)
    }

    @discardableResult
    func receive(_ text: String, from: String, also other: [String]) async throws -> InboundReceipt {
        try await receive(text, .whatsappTwilio, at: line, from: from, also: other)
    }

    @discardableResult
    func receiveLinked(_ text: String, from: String, also other: [String]) async throws -> InboundReceipt {
        try await receive(text, .whatsappWeb, at: Self.phone, from: from, also: other)
    }

    private func receive(
        _ text: String, _ kind: ChannelKind, at local: String, from: String, also other: [String]
    ) async throws -> InboundReceipt {
        var message = InboundMessage(
            kind: kind, localAddress: local, remoteAddress: from, providerMessageID: UUID().uuidString, text: text)
        message.otherAddresses = other.filter { $0 != from }
        return try await inbox.receive(message)
    }
}
