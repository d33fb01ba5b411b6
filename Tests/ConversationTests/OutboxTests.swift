import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

@Suite struct OutboxTests {
    /// Whoever runs it may be killed at the deadline.
    @Test func noMessageIsBegunThatMayTakeLongerThanThereIsTime() async throws {
        try await Road.with(isMarking: false) { road in
            try await road.receive("Hi")
            road.advance(3)
            _ = try await road.work(atMost: 1)
            var sender = road.provider.sender
            sender.longest = 15
            let outbox = Outbox(
                database: road.database.app, clock: road.clock, ids: road.ids,
                sender: { [sender] in $0 == .whatsappTwilio ? sender : nil })
            let job = try #require(try await road.queue.claim())
            #expect(try await outbox.run(job, until: Date() + 14) == .snooze(until: road.now))
            #expect(try await road.messages().map(\.status) == ["queued"])
            #expect(try await outbox.run(job, until: Date() + 60) == .recorded(next: nil))
            #expect(try await road.messages().map(\.status) == ["sent"])
        }
    }

    /// Who holds the customer may want the message next.
    @Test func whatBecameOfAMessageIsWrittenBehindTheContact() async throws {
        try await Road.with(isMarking: false) { road in
            road.provider.answers { _ in .optedOut(code: nil, reason: "Stopped") }
            try await road.receive("Hi")
            road.advance(3)
            _ = try await road.work(atMost: 1)
            let job = try #require(try await road.queue.claim())
            let sending = try await road.database.owner.transaction { connection in
                try await connection.query("select from parley.contacts for update")
                let sending = Task { try await road.perform(job) }
                let waiting: Query = """
                    select count(*) as count from pg_stat_activity
                    where datname = current_database() and usename = 'parley_app' and wait_event_type = 'Lock'
                    """
                while try await road.count(waiting) == 0 { try await Task.sleep(for: .milliseconds(5)) }
                try await connection.query(
                    "select from parley.messages where direction = 'outbound' for update nowait")
                return sending
            }
            _ = try await sending.value
            #expect(try await road.messages().map(\.status) == ["failed"])
        }
    }

    @Test func aMessageWhoseAnswerWasLostIsFoundAndNotRepeated() async throws {
        try await Road.with { road in
            road.provider.answers(takingAnyway: true) { _ in .unknown(reason: "timed out") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sending"])
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["sent"])
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }

    /// As over WhatsApp Web, where a repeat is told by its id: the message leaves under an id of ours, whatever is answered.
    /// - Parameter news: what else happens meanwhile.
    private func hand(
        _ job: Job, over road: Road, _ result: SendResult, meanwhile news: Query = "select"
    ) async throws -> JobOutcome {
        var sender = road.provider.sender
        sender.isRepeatable = true
        sender.send = { draft in
            let id: Query = "update parley.messages set provider_message_id = '3EB0' where id = \(draft.id)"
            for query in [id, news] { _ = try? await road.database.owner.query(query) }
            return result
        }
        let outbox = Outbox(
            database: road.database.app, clock: road.clock, ids: road.ids, sender: { [sender] _ in sender })
        return try await outbox.run(job, until: Date() + 60)
    }

    private func withRepeatedMessage(_ body: (Road, Job) async throws -> Void) async throws {
        try await Road.with(isMarking: false) { road in
            try await road.receive("Hi")
            road.advance(3)
            _ = try await road.work(atMost: 1)
            let job = try #require(try await road.queue.claim())
            _ = try await hand(job, over: road, .unknown(reason: "The line was interrupted."))
            #expect(try await road.messages().map(\.status) == ["sending"])
            try await body(road, job)
        }
    }

    private func isLeftToAPerson(_ road: Road) async throws -> Bool {
        let pending = try await road.count("select count(*) from parley.conversations where status = 'pending'")
        let statuses = try await road.messages().map(\.status)
        return pending == 1 && statuses == ["unknown"]
    }

    @Test(arguments: [
        SendResult.refused(code: "463", reason: "Not to them."), .windowClosed(code: nil, reason: "Too late."),
        .optedOut(code: nil, reason: "Stopped."),
    ]) func whatARepeatIsToldIsNoWordAboutTheFirstTry(_ answer: SendResult) async throws {
        try await withRepeatedMessage { road, job in
            let outcome = try await hand(job, over: road, answer)
            #expect(outcome == .done)
            #expect(try await isLeftToAPerson(road))
        }
    }

    @Test func aRepeatThatIsPutOffStaysOnItsWay() async throws {
        try await withRepeatedMessage { road, job in
            for _ in 1..<Outbox.Limits().attempts - 1 {
                let outcome = try await hand(job, over: road, .later(after: 5, reason: "Not now."))
                #expect(outcome == .snooze(until: road.now + 5))
                #expect(try await road.messages().map(\.status) == ["sending"])
            }
            #expect(try await hand(job, over: road, .later(after: 5, reason: "Not now.")) == .done)
            #expect(try await isLeftToAPerson(road))
        }
    }

    @Test func aRepeatIsNotSaidOverAPerson() async throws {
        try await withRepeatedMessage { road, job in
            try await road.database.owner.query("update parley.conversations set epoch = epoch + 1")
            #expect(try await hand(job, over: road, .accepted(providerID: "3EB0")) == .done)
            #expect(try await isLeftToAPerson(road))
        }
    }

    /// Nobody has contradicted it.
    @Test func aMessageOnItsWayStillLeavesWhenTheAICallsAPerson() async throws {
        try await withRepeatedMessage { road, job in
            let rows = try await road.database.owner.query("select id, epoch from parley.conversations")
            let (id, epoch): (ConversationID, Int) = (try rows[0]["id"], try rows[0]["epoch"])
            try await road.database.owner.query("update parley.conversations set epoch = epoch + 1")
            try await road.database.owner.query(.carryQueued(in: id, from: epoch, to: epoch + 1))
            _ = try await hand(job, over: road, .accepted(providerID: "3EB0"))
            #expect(try await road.messages().map(\.status) == ["sent"])
        }
    }

    /// The customer's phone reported it while the repeat was under way.
    @Test func nobodyIsCalledForAMessageThatArrived() async throws {
        try await withRepeatedMessage { road, job in
            let outcome = try await hand(
                job, over: road, .refused(code: "463", reason: "Not to them."),
                meanwhile: "update parley.messages set status = 'delivered' where direction = 'outbound'")
            #expect(outcome == .done)
            #expect(try await road.messages().map(\.status) == ["delivered"])
            #expect(try await road.count("select count(*) from parley.conversations where status = 'pending'") == 0)
        }
    }

    @Test func aMessageThatNobodyHasStaysUnknownForAPerson() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .unknown(reason: "timed out") }
            try await road.receive("Hi")
            try await road.settle()
            var limits = Outbox.Limits()
            limits.lookingFor = 0
            road.advance(30)
            try await road.work(limits)
            #expect(try await road.messages().map(\.status) == ["unknown"])
            #expect(road.provider.sent.isEmpty)
            #expect(try await road.count("select count(*) from parley.conversations where status = 'pending'") == 1)
        }
    }

    @Test func anEarlierMessageWithTheSameWordsIsNotTakenForThisOne() async throws {
        try await Road.with { road in
            road.composes { _ in ComposedReply(text: "Yes", reason: "same words") }
            try await road.receive("one")
            try await road.settle()
            road.provider.answers { _ in .unknown(reason: "timed out") }
            try await road.receive("two")
            try await road.settle()
            var limits = Outbox.Limits()
            limits.lookingFor = 0
            road.advance(30)
            try await road.work(limits)
            #expect(try await road.messages().map(\.status) == ["sent", "unknown"])
        }
    }

    @Test func aPersonSettlesAnUnknownMessage() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .unknown(reason: "timed out") }
            let receipt = try await road.receive("Hi")
            try await road.settle()
            var limits = Outbox.Limits()
            limits.lookingFor = 0
            road.advance(30)
            try await road.work(limits)
            road.provider.answers { _ in nil }
            let rows = try await road.database.owner.query(
                "select id from parley.messages where direction = 'outbound'")
            let message: MessageID = try #require(try rows.first?["id"])
            for expected in [true, false] {
                do {
                    _ = try await road.actions.decide(
                        message, in: receipt.conversation, of: road.organization, .sendAgain)
                    #expect(expected)
                } catch ConversationActionError.notUnknown {
                    #expect(!expected)
                }
                try await road.settle()
            }
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }

    @Test func whatIsQueuedWhenAPersonTakesOverIsCancelled() async throws {
        try await Road.with(isMarking: false) { road in
            let receipt = try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            try await road.queue.finish(job, try await road.perform(job))
            #expect(try await road.messages().map(\.status) == ["queued"])
            try await road.actions.takeOver(receipt.conversation, of: road.organization, by: road.user)
            try await road.work()
            #expect(try await road.messages().map(\.status) == ["cancelled"])
            #expect(road.provider.sent.isEmpty)
        }
    }

    @Test func theWindowIsKeptLocally() async throws {
        try await Road.with { road in
            try await road.replyADayLater()
            try await road.work()
            #expect(try await road.messages().last?.code == "63016")
            #expect(road.provider.sent.count == 1)
        }
    }

    @Test func aRefusedMessageFailsWithItsReasonAndTheNextGoesOn() async throws {
        try await Road.with { road in
            let receipt = try await road.receive("Hi")
            try await road.settle()
            road.provider.answers { $0.body == "bad" ? .refused(code: "21211", reason: "Bad number") : nil }
            for text in ["bad", "good"] {
                let reply = PersonReply(id: road.ids.make(), text: text)
                _ = try await road.actions.reply(reply, in: receipt.conversation, of: road.organization, by: road.user)
                road.advance(0.1)
            }
            try await road.work()
            #expect(try await road.messages().map(\.status) == ["sent", "failed", "sent"])
            #expect(try await road.messages()[1].code == "21211")
        }
    }

    @Test func aProviderThatAsksToWaitIsAskedAgainLater() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .later(after: 30, reason: "Too many requests") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await road.messages().map(\.status) == ["queued"])
            road.provider.answers { _ in nil }
            road.advance(20)
            #expect(try await road.work() == [])
            road.advance(11)
            try await road.work()
            #expect(road.provider.sent == ["You said: Hi"])
        }
    }

    @Test func aProviderThatKeepsAskingToWaitIsGivenUp() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .later(after: nil, reason: "Too many requests") }
            try await road.receive("Hi")
            for _ in 0..<12 { road.advance(400); try await road.work() }
            #expect(try await road.messages().map(\.status) == ["failed"])
            #expect(try await road.count("select count(*) from parley.jobs") == 0)
        }
    }

    @Test func theProvidersOptOutIsRemembered() async throws {
        try await Road.with { road in
            road.provider.answers { _ in .optedOut(code: "21610", reason: "Opted out") }
            try await road.receive("Hi")
            try await road.settle()
            #expect(try await road.messages().map(\.code) == ["21610"])
            #expect(try await road.count("select count(*) from parley.contacts where opted_out_at is not null") == 1)
        }
    }
}
