import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct InboxTests {
    @Test func aMessageBecomesRowsInOneCall() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hello")
            #expect(receipt.isNew)
            #expect(receipt.organization == road.organization)
            #expect(receipt.channel == road.channel)
            #expect(receipt.wakeNeeded)
            for table in [
                "contacts", "contact_addresses", "conversations", "messages", "turns", "jobs", "events", "decisions",
            ] {
                #expect(try await road.count("select count(*) from parley.\(unescaped: table)") == 1, "\(table)")
            }
            #expect(try await road.count("select sum(inbound) as count from parley.usage_slots") == 1)
        }
    }

    @Test func aRepeatedDeliveryChangesNothingAtAll() async throws {
        try await Road.with { road in
            let first = try await road.receive("Hello", id: "SM1")
            let before = try await road.fingerprint()
            road.advance(1)
            let second = try await road.receive("Hello", id: "SM1")
            #expect(!second.isNew)
            #expect(second.message == first.message)
            #expect(try await road.fingerprint() == before)
        }
    }

    @Test func quickMessagesBecomeOneTurnThatIsNeverPutOffForLong() async throws {
        try await Road.with { road in
            let start = road.now
            let first = try await road.receive("1")
            for number in 2...8 {
                road.advance(1.5)
                #expect(try await road.receive("\(number)").turn == first.turn)
            }
            let rows = try await road.database.owner.query("select due_at from parley.turns")
            #expect(rows.count == 1)
            let due: Date = try #require(try rows.first?["due_at"])
            #expect(due.timeIntervalSince(start) == Debounce(quiet: 2).longestWait)
            #expect(try await road.count("select count(*) from parley.jobs") == 1)
        }
    }

    @Test func manyFirstMessagesAtOnceMakeOneContactAndOneConversation() async throws {
        try await Road.with { road in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 { group.addTask { try await road.receive("\(number)") } }
                try await group.waitForAll()
            }
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.conversations") == 1)
            #expect(try await road.count("select count(*) from parley.messages") == 12)
            #expect(try await road.count("select count(*) from parley.turns") == 1)
        }
    }

    @Test func theSameDeliveryManyTimesAtOnceIsOneMessage() async throws {
        try await Road.with { road in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<12 { group.addTask { try await road.receive("Hi", id: "SM1").isNew } }
                var new = 0
                for try await isNew in group where isNew { new += 1 }
                #expect(new == 1)
            }
            #expect(try await road.count("select count(*) from parley.messages") == 1)
        }
    }

    @Test func aNumberOfNobodyFallsToThePlatform() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi", to: "whatsapp:+19999999999")
            #expect(receipt.organization.text == "00000000-0000-7000-8000-000000000001")
            #expect(try await road.receive("Hi").organization == road.organization)
        }
    }

    @Test func aKindWithoutAnyLineIsRefused() async throws {
        try await Road.with { road in
            _ = await #expect(throws: InboxError.noChannel(.whatsappWeb)) {
                _ = try await road.inbox.receive(
                    InboundMessage(
                        kind: .whatsappWeb, localAddress: "x", remoteAddress: "y", providerMessageID: "1", text: "Hi"))
            }
        }
    }

    @Test func anIdleRunnerSparesTheWakeUp() async throws {
        try await Road.with { road in
            let runner = UUID()
            try await road.database.app.query(.announce(runner: runner, seconds: 30, unlessAnother: true))
            #expect(try await !road.receive("1").wakeNeeded)
            try await road.database.app.query(.withdraw(runner: runner))
            #expect(try await road.receive("2").wakeNeeded)
        }
    }

    /// The call goes out when the work can be seen, never before.
    @Test func aCalledRunnerFindsTheMessagesTurn() async throws {
        try await Road.with { road in
            let runner = UUID()
            let listener = try await Connection.connect(road.database.appURL)
            try await listener.script("listen parley_jobs")
            try await road.database.app.query(.announce(runner: runner, seconds: 30, unlessAnother: true))
            #expect(try await road.receive("1", quiet: 0).wakeNeeded == false)
            let call = try #require(try await listener.notification(within: 5))
            #expect(call.payload == runner.uuidString.lowercased())
            #expect(try await road.count("select count(*) from parley.jobs where kind = 'turn'") == 1)
            await listener.close()
        }
    }
}

extension Road {
    /// Every row of every table that a message touches.
    func fingerprint() async throws -> String {
        var text = ""
        for table in [
            "contacts", "contact_addresses", "conversations", "messages", "turns", "jobs", "events", "decisions",
            "usage_slots", "usage_periods",
        ] {
            let rows = try await database.owner.query(
                "select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as sum from parley.\(unescaped: table) t"
            )
            text += try rows.first?["sum"] ?? ""
        }
        return text
    }
}
