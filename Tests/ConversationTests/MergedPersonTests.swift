import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// Two contacts become one while somebody waits for their conversation: nothing that waits is lost, and nobody deadlocks.
@Suite(.timeLimit(.minutes(2))) struct MergedPersonTests {
    private static let (number, id) = ("whatsapp:+15551234567", "whatsapp:US.13491208655302741918")

    private struct Scene: Sendable {
        let road: Road
        /// The contact that stays.
        let kept: ContactID
        /// Of the one that goes.
        let thread: ConversationID

        /// The message that makes them one is stored, not committed, when `begin` begins and waits.
        func merging<Result: Sendable>(
            _ begin: @escaping @Sendable () async throws -> Result
        ) async throws -> Result {
            let begun = try await road.database.app.transaction(for: road.organization) { connection in
                try await connection.query(try road.storing("three", from: id, also: [number]))
                let begun = Task { try await begin() }
                try await road.database.untilSomebodyWaits()
                return begun
            }
            return try await begun.value
        }

        func optOuts() async throws -> Int {
            try await road.count("select count(*) from parley.contacts where opted_out_at is not null")
        }
    }

    private func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        try await Road.with { road in
            try await road.receive("one", from: Self.number)
            road.advance(1)
            let second = try await road.receive("two", from: Self.id)
            let kept = try await road.database.owner.query("select id from parley.contacts order by created_at")
            try await body(Scene(road: road, kept: try kept[0]["id"], thread: second.conversation))
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
        }
    }

    @Test func whoWaitedForTheConversationFindsItWithThePersonAsTheyAreNow() async throws {
        try await with { scene in
            try await scene.road.database.owner.query(
                "update parley.contacts set opted_out_at = now() where id = \(scene.kept)")
            let locked = try await scene.merging {
                try await scene.road.database.app.pipeline(for: scene.road.organization, [.lock(scene.thread)])[0]
            }
            let conversation = try ConversationRecord(try #require(locked.first))
            #expect(conversation.contact == scene.kept)
            #expect(conversation.isOptedOut)
        }
    }

    @Test func aMessageThatWaitedIsSent() async throws {
        try await with { scene in
            let road = scene.road
            let reply = PersonReply(id: road.ids.make(), text: "Here you are.")
            _ = try await road.actions.reply(reply, in: scene.thread, of: road.organization, by: road.user)
            _ = try await scene.merging { try await road.work() }
            #expect(road.provider.sent == ["Here you are."])
            #expect(try await road.messages().map(\.status) == ["sent"])
        }
    }

    @Test func aPersonWhoWaitedTakesOver() async throws {
        try await with { scene in
            let road = scene.road
            let taken = try await scene.merging {
                try await road.actions.takeOver(scene.thread, of: road.organization, by: road.user)
            }
            #expect(taken.owner == .human)
        }
    }

    @Test func aStopThatWaitedIsThePersons() async throws {
        try await with { scene in
            let (road, now) = (scene.road, scene.road.now)
            _ = try await scene.merging {
                try await road.database.app.pipeline(
                    for: road.organization, [.setOptOut(in: scene.thread, at: now, now: now)])
            }
            #expect(try await scene.optOuts() == 1)
        }
    }

    @Test func aProvidersWordThatTheyStoppedIsThePersons() async throws {
        try await with { scene in
            let road = scene.road
            let reply = PersonReply(id: road.ids.make(), text: "Here you are.")
            _ = try await road.actions.reply(reply, in: scene.thread, of: road.organization, by: road.user)
            try await road.work()
            var report = StatusReport(
                organization: road.organization, message: reply.id, kind: .whatsappTwilio, localAddress: road.line,
                providerMessageID: "SM1", status: .failed, errorCode: "63033")
            report.optsOut = true
            let told = try await scene.merging { [report] in
                try await road.database.app.pipeline(for: road.organization, [.report(report, at: road.now)])[0]
            }
            #expect(told.count == 1)
            #expect(try await scene.optOuts() == 1)
        }
    }

    /// Locks have one order: whoever merges contacts takes them before their conversations.
    @Test func aTurnWithStopWaitsForTheContactBeforeItHoldsTheConversation() async throws {
        try await Road.with { road in
            try await road.receive("STOP")
            road.advance(3)
            let owner = road.database.owner
            let working = try await owner.transaction { connection in
                try await connection.query("select from parley.contacts for update")
                let working = Task { try await road.work() }
                try await road.database.untilSomebodyWaits()
                try await owner.query("select from parley.conversations for no key update nowait")
                return working
            }
            _ = try await working.value
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
        }
    }

    /// They know the same two contacts, each by names of its own.
    @Test func twoMessagesThatMergeTheSameContactsAreBothStored() async throws {
        try await Road.with { road in
            try await Self.meetTwice(road)
            let storing = [
                try road.storing("five", from: Self.id, also: ["whatsapp:+15550000003"]),
                try road.storing("six", from: "whatsapp:+15550000002", also: ["whatsapp:+15550000004"]),
            ]
            let stored = try await road.database.owner.transaction { connection in
                // Whoever shares a contact's lock to find the person can't have it alone while others share it, too.
                try await connection.query("select from parley.contacts for key share")
                let stored = storing.map { query in
                    Task {
                        _ = try await road.database.app.transaction(for: road.organization) {
                            try await $0.query(query)
                        }
                    }
                }
                try await road.database.untilSomebodyWaits(2)
                return stored
            }
            for message in stored { try await message.value }
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.messages") == 4)
        }
    }

    /// The contact that its names belonged to is gone when it comes to it.
    @Test func aMessageThatWaitedForAMergeIsThePersons() async throws {
        try await Road.with { road in
            try await Self.meetTwice(road)
            let merging = try road.storing("five", from: Self.id, also: ["whatsapp:+15550000003"])
            let later = try road.storing("six", from: "whatsapp:+15550000004", also: ["whatsapp:+15550000005"])
            let stored = try await road.database.app.transaction(for: road.organization) { connection in
                try await connection.query(merging)
                let stored = Task {
                    try await road.database.app.pipeline(for: road.organization, [later])[0].count
                }
                try await road.database.untilSomebodyWaits()
                return stored
            }
            #expect(try await stored.value == 1)
            #expect(try await road.count("select count(*) from parley.contacts") == 1)
            #expect(try await road.count("select count(*) from parley.contact_numbers") == 4)
        }
    }

    /// Two contacts, each known by two names.
    private static func meetTwice(_ road: Road) async throws {
        try await road.receive("one", from: id, also: ["whatsapp:+15550000002"])
        try await road.receive("two", from: "whatsapp:+15550000003", also: ["whatsapp:+15550000004"])
        #expect(try await road.count("select count(*) from parley.contacts") == 2)
    }

    /// It can't happen; if it does, nobody takes the work for done.
    @Test(arguments: [JobKind.send, .turn]) func workWithoutItsConversationIsNotDone(_ kind: JobKind) async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi")
            if kind == .send {
                let reply = PersonReply(id: road.ids.make(), text: "Here you are.")
                _ = try await road.actions.reply(
                    reply, in: receipt.conversation, of: road.organization, by: road.user)
            }
            road.advance(3)
            let job = try #require(try await road.queue.claim([kind]))
            try await road.database.owner.transaction { connection in
                try await connection.query("set local session_replication_role = replica")
                try await connection.query("delete from parley.conversations")
            }
            await #expect(throws: PostgresError.self) { _ = try await road.perform(job) }
        }
    }
}

extension Road {
    /// Stores a message over Twilio, to be run in a transaction.
    func storing(_ text: String, from: String, also other: [String] = []) throws -> Query {
        var message = InboundMessage(
            kind: .whatsappTwilio, localAddress: line, remoteAddress: from, providerMessageID: UUID().uuidString,
            text: text)
        message.otherAddresses = other
        return try .receive(message, ids: InboundIDs(ids), at: now, debounce: Debounce(quiet: 2))
    }
}
