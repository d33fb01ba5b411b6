import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct TurnTests {
    @Test func aQuestionIsAnsweredOnceAndSent() async throws {
        try await Road.with { road in
            try await road.receive("Are you open?")
            #expect(try await road.work() == [])
            try await road.settle()
            #expect(road.provider.sent == ["You said: Are you open?"])
            #expect(try await road.messages().map(\.status) == ["sent"])
            #expect(try await road.count("select count(*) from parley.jobs") == 0)
            #expect(try await road.count("select count(*) from parley.turns where state = 'answered'") == 1)
            #expect(try await road.count("select ai_replies as count from parley.usage") == 1)
        }
    }

    @Test func severalMessagesGetOneAnswerThatKnowsThemAll() async throws {
        try await Road.with { road in
            road.composes { request in
                ComposedReply(text: request.history.map(\.text).joined(separator: "+"), reason: "all")
            }
            for text in ["a", "b", "c"] { try await road.receive(text) }
            try await road.settle()
            #expect(road.provider.sent == ["a+b+c"])
        }
    }

    /// A sticker is no text and no file that anybody fetched yet: its type is all there is of it.
    @Test func theHistorySaysWhatKindOfMessageItWas() async throws {
        try await Road.with { road in
            road.composes { request in
                ComposedReply(text: request.history.map(\.type.rawValue).joined(separator: "+"), reason: "all")
            }
            _ = try await road.inbox.receive(
                InboundMessage(
                    kind: .whatsappTwilio, localAddress: road.line, remoteAddress: "whatsapp:+491701234567",
                    providerMessageID: "s", type: .sticker, text: ""))
            try await road.receive("hello")
            try await road.settle()
            #expect(road.provider.sent == ["sticker+text"])
        }
    }

    @Test func theWelcomeGoesFirstAndOnlyOnce() async throws {
        try await Road.with { road in
            try await road.set("welcome_message", "Welcome!")
            try await road.receive("one")
            try await road.settle()
            try await road.receive("two")
            try await road.settle()
            #expect(road.provider.sent == ["Welcome!", "You said: one", "You said: two"])
        }
    }

    @Test func outsideHoursTheAwayMessageIsSentOnce() async throws {
        try await Road.with { road in
            try await road.set("business_hours", #"{"enabled": true, "week": {}}"#)
            try await road.set("away_message", "We are closed.")
            try await road.receive("one")
            try await road.settle()
            try await road.receive("two")
            try await road.settle()
            #expect(road.provider.sent == ["We are closed."])
            #expect(try await road.decisions().filter { $0.hasPrefix("hours") } == ["hours answered", "hours stopped"])
        }
    }

    @Test func anExhaustedQuotaIsSaidOnceAMonth() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "1")
            try await road.set("quota_message", "Limit reached.")
            for text in ["one", "two", "three"] {
                try await road.receive(text)
                try await road.settle()
            }
            #expect(road.provider.sent == ["You said: one", "Limit reached."])
        }
    }

    @Test func aNoticeOfWhiteSpaceIsNone() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "1")
            try await road.set("welcome_message", "\n")
            try await road.set("quota_message", " \n")
            for text in ["one", "two"] {
                try await road.receive(text)
                try await road.settle()
            }
            #expect(road.provider.sent == ["You said: one"])
            #expect(try await road.count("select count(*) from parley.turns where state = 'closed'") == 1)
        }
    }

    /// A long text leaves in parts; lists show them in the order in which they leave.
    @Test func theNoticeOfAQuotaThatEndsMeanwhileLeavesInParts() async throws {
        try await Road.with { road in
            let notice = (0..<400).map { "word\($0)" }.joined(separator: " ")
            try await road.set("message_limit", "1")
            try await road.set("quota_message", notice)
            road.composes { _ in
                try await road.database.owner.query(
                    """
                    insert into parley.usage_periods (organization_id, period, outbound)
                    select id, to_char(\(road.now)::timestamptz at time zone time_zone, 'YYYY-MM'), 1
                    from parley.organizations
                    on conflict do nothing
                    """)
                return ComposedReply(text: "Too late", reason: "ok")
            }
            try await road.receive("one")
            try await road.settle()
            #expect(road.provider.sent.count > 1)
            #expect(road.provider.sent.joined(separator: " ") == notice)
            let listed = try await road.database.owner.query(
                "select body from parley.messages where direction = 'outbound' order by created_at, id")
            #expect(try listed.map { try $0["body"] } == road.provider.sent)
        }
    }

    /// Whatever dies in between: while the reply is written, or when it is to be stored.
    @Test func aWelcomeThatUsesUpTheQuotaIsFollowedByItsNoticeOnce() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "1")
            try await road.set("welcome_message", "Welcome!")
            try await road.set("quota_message", "Limit reached.")
            try await road.receive("one")
            road.advance(3)
            struct Died: Error {}
            try await road.loseTurn { _ in
                try await Task.sleep(for: .seconds(60)); throw Died()
            }
            road.composes { _ in ComposedReply(text: "Too much", reason: "ok") }
            try await road.refuse("Limit reached.")
            let job = try #require(try await road.queue.claim([.turn]))
            await #expect(throws: PostgresError.self) { try await road.perform(job) }
            try await road.refuse(nil)
            try await road.loseLeases()
            try await road.work()
            #expect(road.provider.sent == ["Welcome!", "Limit reached."])
            try await road.receive("two")
            try await road.settle()
            #expect(road.provider.sent == ["Welcome!", "Limit reached."])
            #expect(try await road.count("select outbound as count from parley.usage") == 2)
        }
    }

    @Test func whatAModelCallCostIsBookedAlsoWhenItsReplyIsRolledBack() async throws {
        try await Road.with { road in
            road.composes { _ in
                let run = AIRun(
                    id: AIRunID(UUID(version7At: Date(), random: Randomness.system.bytes(10))), provider: "openai",
                    model: "m", tokensIn: 10, tokensOut: 5, costMicros: 7, milliseconds: 1)
                return ComposedReply(text: "Paid for", reason: "ok", runs: [run])
            }
            try await road.receive("Hi")
            road.advance(3)
            try await road.refuse("Paid for")
            let job = try #require(try await road.queue.claim())
            await #expect(throws: PostgresError.self) { try await road.perform(job) }
            #expect(try await road.messages().isEmpty)
            #expect(try await road.count("select ai_replies as count from parley.usage") == 0)
            #expect(try await road.count("select cost_micros as count from parley.usage") == 7)
            #expect(try await road.count("select count(*) from parley.ai_runs where turn_id is not null") == 1)
            try await road.refuse(nil)
            try await road.loseLeases()
            try await road.work()
            #expect(road.provider.sent == ["Paid for"])
            #expect(try await road.count("select cost_micros as count from parley.usage") == 14)
        }
    }

    @Test func concurrentRepliesNeverExceedTheQuota() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "3")
            for number in 0..<8 { try await road.receive("Hi", from: "whatsapp:+4917000000\(number)") }
            road.advance(3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { try await road.work() } }
                try await group.waitForAll()
            }
            #expect(road.provider.sent.count == 3)
            #expect(try await road.count("select outbound as count from parley.usage") == 3)
        }
    }

    @Test func stopIsConfirmedAndThenThereIsSilenceUntilStart() async throws {
        try await Road.with { road in
            for text in ["STOP", "hello?", "start", "hello!"] {
                try await road.receive(text)
                try await road.settle()
            }
            #expect(road.provider.sent.count == 3)
            #expect(road.provider.sent.first?.contains("no more messages") == true)
            #expect(road.provider.sent.last == "You said: hello!")
        }
    }

    @Test func wordsThatTheProviderAnsweredAreNotAnsweredAgain() async throws {
        try await Road.with { road in
            try await road.receive("ARRET", keyword: "STOP")
            try await road.settle()
            #expect(road.provider.sent.isEmpty)
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
        }
    }

    @Test func aPersonWhoTakesOverWhileTheModelWritesIsNotTalkedOver() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Help me")
            road.composes { _ in
                try await road.actions.takeOver(receipt.conversation, of: road.organization, by: road.user)
                return ComposedReply(text: "Too late", reason: "slow")
            }
            try await road.settle()
            #expect(road.provider.sent.isEmpty)
            #expect(try await road.messages().isEmpty)
            #expect(try await road.decisions().last == "owner stopped")
        }
    }

    @Test func aModelThatFailsIsTriedAgainAndThenAPersonIsCalled() async throws {
        struct Down: Error {}
        try await Road.with { road in
            road.composes { _ in throw Down() }
            try await road.receive("Hi")
            for _ in 0..<8 { try await road.settle(); road.advance(60) }
            let rows = try await road.database.owner.query("select owner, status from parley.conversations")
            #expect(try rows.first?["owner"] == "human")
            #expect(try rows.first?["status"] == "pending")
            #expect(try await road.count("select count(*) from parley.events where type = 'conversation.handoff'") == 1)
            #expect(try await road.decisions().last == "model stopped")
            #expect(try await road.count("select count(*) from parley.jobs") == 0)
        }
    }

    @Test func aModelThatRecoversAnswersOnce() async throws {
        struct Down: Error {}
        try await Road.with { road in
            road.composes { _ in throw Down() }
            try await road.receive("Hi")
            try await road.settle()
            road.composes { _ in ComposedReply(text: "Back again", reason: "ok") }
            for _ in 0..<3 { road.advance(60); try await road.work() }
            #expect(road.provider.sent == ["Back again"])
        }
    }

    @Test func whoAsksForAPersonGetsOneAndTheMachineFallsSilent() async throws {
        try await Road.with { road in
            road.composes { _ in
                ComposedReply(text: "I will call somebody.", wantsHuman: true, reason: "asked for a person")
            }
            try await road.receive("A human please")
            try await road.settle()
            try await road.receive("Hello?")
            try await road.settle()
            #expect(road.provider.sent == ["I will call somebody."])
            #expect(try await road.decisions().last == "owner stopped")
        }
    }

    @Test func aQuestionThatWaitsWhenAPersonGivesBackIsAnsweredOnce() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi")
            try await road.actions.takeOver(receipt.conversation, of: road.organization, by: road.user)
            try await road.settle()
            #expect(road.provider.sent.isEmpty)
            let given = try await road.actions.giveBack(receipt.conversation, of: road.organization)
            #expect(given.wakeNeeded)
            try await road.settle()
            _ = try await road.actions.giveBack(receipt.conversation, of: road.organization)
            try await road.settle()
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }

    @Test func aTurnWhoseProcessDiedWhileComposingIsComposedAgain() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            struct Died: Error {}
            try await road.loseTurn { _ in
                try await Task.sleep(for: .seconds(60)); throw Died()
            }
            road.composes { _ in ComposedReply(text: "Second try", reason: "ok") }
            try await road.work()
            #expect(road.provider.sent == ["Second try"])
        }
    }

    @Test func twoProcessesWithTheSameTurnAnswerOnce() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            async let one = road.perform(job)
            async let two = road.perform(job)
            for outcome in try await [one, two] { try await road.finish(job, outcome) }
            try await road.work()
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }

    @Test func whatArrivesWhileTheModelWritesIsTheNextTurn() async throws {
        try await Road.with { road in
            try await road.receive("first")
            road.composes { request in
                if request.history.last?.text == "first" { try await road.receive("second") }
                return ComposedReply(text: "re: \(request.history.last?.text ?? "")", reason: "ok")
            }
            try await road.settle()
            try await road.settle()
            #expect(road.provider.sent == ["re: first", "re: second"])
        }
    }

    @Test func aPersonsAnswerTakesTheConversationAndIsSentEvenOverQuota() async throws {
        try await Road.with { road in
            try await road.set("message_limit", "0")
            let receipt = try await road.receive("Hi")
            let reply = PersonReply(id: road.ids.make(), text: "It is me")
            for _ in 0..<2 {
                _ = try await road.actions.reply(
                    reply, in: receipt.conversation, of: road.organization, by: road.user, isPersonal: true)
            }
            try await road.settle()
            #expect(road.provider.sent == ["It is me"])
            await #expect(throws: ConversationActionError.noConversation) {
                try await road.actions.takeOver(receipt.conversation, of: OrganizationID(UUID()), by: road.user)
            }
        }
    }
}
