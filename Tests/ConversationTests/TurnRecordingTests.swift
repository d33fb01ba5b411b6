import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store
import Support
import Testing

@testable import Conversation

/// What a turn took from outside is kept, sealed, and plays again without a database and without a socket.
@Suite struct TurnRecordingTests {
    private static let environment = ["OPENAI_API_KEY": "sk-test"]
    private static let answer =
        #"{"choices":[{"message":{"content":"We open early."},"finish_reason":"stop"}],"usage":{"prompt_tokens":20,"completion_tokens":5},"model":"gpt-4o-mini"}"#
    private static func box(_ name: String = "one") throws -> SecretBox {
        try SecretBox(keys: "\(name):" + Data(repeating: name == "one" ? 1 : 2, count: 32).base64EncodedString())
    }

    /// A turn over the real road with a model; its recording.
    private func recorded(
        _ road: Road, meeting: Bool = false, composer: Composer? = nil, marked: MarkedReplies? = nil,
        _ body: (TurnID, TurnRecorder) async throws -> Void
    ) async throws {
        try await road.database.app.pipeline(
            for: road.organization, [.createSystemPersonas(of: road.organization, at: road.now)])
        // Behind a welcome nothing is marked.
        if marked == nil { try await road.set("welcome_message", "Welcome!") }
        let receipt = try await road.receive("When are you open?")
        if meeting { try await meetOthers(road) }
        road.advance(3)
        let recorder = TurnRecorder(database: road.database.app, box: try Self.box())
        let sender = road.provider.sender
        let http = RecordingHTTP(Self.answer)
        let turn = Turn(
            database: road.database.app, clock: road.clock, ids: road.ids, http: http.client,
            composer: composer ?? self.composer(road.database.app), sender: { _ in sender }, recorder: recorder,
            marked: marked)
        let job = try #require(try await road.queue.claim())
        let outcome = try await turn.run(job, timeout: 5, until: .distantFuture)
        try await road.queue.finish(job, outcome)
        await recorder.drain()
        #expect(http.requests.count == 1)
        #expect(try await road.texts() == (marked == nil ? ["Welcome!", "We open early."] : ["We open early."]))
        try await body(try #require(receipt.turn), recorder)
    }

    /// Each transaction that stores a message meets another one the first time, and is run again.
    private func meetOthers(_ road: Road) async throws {
        let owner = road.database.owner
        try await owner.query("create sequence parley.meetings")
        try await owner.query("grant usage on sequence parley.meetings to public")
        try await owner.query(
            """
            create function parley.meet() returns trigger language plpgsql as $$
            begin
                -- A sequence does not go back with its transaction.
                if nextval('parley.meetings') % 2 = 1 then raise exception 'met' using errcode = '40001'; end if;
                return new;
            end
            $$
            """)
        try await owner.query(
            "create trigger meet before insert on parley.messages for each row execute function parley.meet()")
    }

    private func composer(
        _ database: Database, box: SecretBox? = nil, environment: [String: String] = environment
    ) -> Composer {
        .live(
            database: database, http: Self.noSocket, secretBox: box, ids: IDSource { UUID() },
            environment: environment, pause: { _ in })
    }

    private static let noSocket = HTTPClient { _ throws(OutboundError) in
        Issue.record("a socket was to be opened")
        throw OutboundError(.unreachable)
    }

    /// A turn of a process that can reach nothing.
    private var isolated: Turn {
        let nowhere = Database(url: "postgresql://nobody@127.0.0.1:1/nothing")
        return Turn(
            database: nowhere, clock: WallClock { Date() }, ids: IDSource { UUID() }, http: Self.noSocket,
            composer: composer(nowhere), sender: { _ in nil })
    }

    @Test func aRecordedTurnPlaysTheSameTwiceWithoutDatabaseAndSocket() async throws {
        try await Road.with { road in
            try await recorded(road) { turn, recorder in
                let recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                #expect(recording.resultHash.utf8.count == 64)
                let first = try await isolated.replay(recording)
                let second = try await isolated.replay(recording)
                #expect(first == recording.resultHash)
                #expect(second == recording.resultHash)
                #expect(try await road.texts() == ["Welcome!", "We open early."])
            }
        }
    }

    /// A key that its owner deletes is gone, and a replay needs none: it knows whose were usable.
    @Test func noKeyIsOnTheTapeAndAReplayAsksTheSameModel() async throws {
        try await Road.with { road in
            let box = try Self.box()
            let own = try ProviderCredential(
                id: UUID(), scope: .organization(road.organization), provider: .mistral, key: "key-of-the-shop",
                box: box)
            let platform = try ProviderCredential(
                id: UUID(), scope: .platform, provider: .groq, key: "key-of-the-platform", box: box)
            try await road.database.app.pipeline(
                for: road.organization, Query.save(own, hint: "", at: road.now))
            for query in Query.save(platform, hint: "", at: road.now) { try await road.database.owner.query(query) }
            let composer = composer(
                road.database.app, box: box,
                environment: ["MODEL_PROVIDERS": "", "DEEPSEEK_API_KEY": "key-of-the-host"])
            try await recorded(road, composer: composer) { turn, recorder in
                let recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                let tape = String(decoding: try JSONEncoder().encode(recording), as: UTF8.self)
                for credential in [own, platform] {
                    let hex = credential.sealed.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
                    #expect(!tape.contains(hex.joined()), "\(credential.provider) is on the tape, sealed")
                    #expect(!tape.contains(credential.sealed.bytes.base64EncodedString()))
                }
                #expect(!tape.contains("key-of-the"))
                #expect(["mistral", "groq", "deepseek"].allSatisfy { tape.contains($0) }, "whose were usable")
                // Without any of these keys, but with one for a provider that would have been asked first.
                #expect(try await isolated.replay(recording) == recording.resultHash)
            }
        }
    }

    @Test func aTransactionThatWasRunAgainStandsOnTheTapeOnce() async throws {
        try await Road.with { road in
            try await recorded(road, meeting: true) { turn, recorder in
                let meetings = try await road.count("select last_value as count from parley.meetings")
                #expect(meetings >= 4, "both of the turn's transactions were run again")
                let recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                let places = recording.exchanges.map { "\($0.key) \($0.ordinal)" }
                #expect(Set(places).count == places.count)
                #expect(recording.exchanges.allSatisfy { $0.ordinal == 0 }, "nothing was asked twice")
                #expect(try await isolated.replay(recording) == recording.resultHash)
            }
        }
    }

    /// Its transaction is run again, and the message that is handed over is that of the last time.
    @Test func aReplyThatIsMarkedPlaysTheSame() async throws {
        try await Road.with { road in
            let marked = MarkedReplies()
            try await recorded(road, meeting: true, marked: marked) { turn, recorder in
                let recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                #expect(try await isolated.replay(recording) == recording.resultHash)
            }
            #expect(try await road.messages().map(\.status) == ["sending"])
            let (sender, job) = (road.provider.sender, try await road.runningSend())
            let outbox = Outbox(
                database: road.database.app, clock: road.clock, ids: road.ids, sender: { _ in sender }, marked: marked)
            #expect(try await outbox.run(job, until: Date() + 20) == .recorded(next: nil))
            #expect(road.provider.sent == ["We open early."])
            #expect(try await road.messages().map(\.status) == ["sent"])
        }
    }

    @Test func aRecordingOfAnEarlierVersionSaysSo() async throws {
        try await Road.with { road in
            try await recorded(road) { turn, recorder in
                var recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                recording.version -= 1
                await #expect(throws: OutdatedRecording.self) { try await isolated.replay(recording) }
            }
        }
    }

    /// Base64, and no list of numbers.
    @Test func bytesTakeLittleMoreRoomThanTheyAre() throws {
        let body = Data((0..<3_000).map { UInt8(truncatingIfNeeded: $0) })
        let exchange = TurnExchange(
            key: "k", ordinal: 0, question: "{}", answer: .response(status: 200, headers: [["a", "b"]], body: body))
        let json = try JSONEncoder().encode(exchange)
        #expect(json.count < body.count * 3 / 2)
        #expect(try JSONDecoder().decode(TurnExchange.self, from: json) == exchange)
    }

    @Test func headersCountAgainstTheRoomOfATape() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let job = try #require(try await road.queue.claim())
            for (length, isKept) in [(1_000, true), (600_000, false)] {
                let tape = TurnTape(of: job, timeout: 5, seed: [1])
                let header = String(repeating: "x", count: length)
                let http = HTTPClient { _ throws(OutboundError) in
                    OutboundResponse(status: 200, headers: [(name: "x-long", value: header)], body: [])
                }
                let effects = tape.effects(
                    over: TurnEffects(
                        clock: road.clock, ids: road.ids, randomness: .system, http: http,
                        state: LiveTurnState(road.database.app)))
                _ = try await effects.http.send(
                    OutboundRequest(method: "GET", url: "https://example.com", headers: [], body: [], timeout: 1))
                effects.wrote(["select 1"])
                #expect((tape.recording != nil) == isKept, "a header of \(length) bytes")
            }
        }
    }

    @Test func aChangedRequestIsAMissAndFailsClosed() async throws {
        try await Road.with { road in
            try await recorded(road) { turn, recorder in
                var recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                // The business has another name now: the model would be asked something else.
                for position in recording.exchanges.indices {
                    guard case .rows(let rows) = recording.exchanges[position].answer else { continue }
                    recording.exchanges[position].answer = .rows(
                        rows.map { rows in
                            var rows = rows
                            rows.values = rows.values.map { $0.map { $0?.replacing("Bakery", with: "Butchery") } }
                            return rows
                        })
                }
                let miss = await #expect(throws: ReplayMiss.self) { _ = try await isolated.replay(recording) }
                #expect(miss?.question.contains("Butchery") == true)
            }
        }
    }

    @Test func anotherAnswerGivesAnotherResult() async throws {
        try await Road.with { road in
            try await recorded(road) { turn, recorder in
                var recording = try #require(try await recorder.recording(of: turn, in: road.organization))
                for position in recording.exchanges.indices {
                    guard case .response(let status, let headers, let body) = recording.exchanges[position].answer
                    else {
                        continue
                    }
                    let other = String(decoding: body, as: UTF8.self).replacing("early", with: "late")
                    recording.exchanges[position].answer = .response(
                        status: status, headers: headers, body: Data(other.utf8))
                }
                let hash = try await isolated.replay(recording)
                #expect(hash != recording.resultHash)
            }
        }
    }

    @Test func itIsSealedRotatedAndErased() async throws {
        try await Road.with { road in
            try await recorded(road) { turn, recorder in
                let rows = try await road.database.owner.query("select sealed from parley.turn_recordings")
                let sealed: Data = try #require(try rows.first?["sealed"])
                #expect(!String(decoding: sealed, as: UTF8.self).contains("open"))

                let both = try SecretBox(
                    keys: ["two": 2, "one": 1].sorted { $0.value > $1.value }.map { name, byte in
                        "\(name):" + Data(repeating: UInt8(byte), count: 32).base64EncodedString()
                    }.joined(separator: ","))
                let owner = try await Connection.connect(road.database.ownerURL)
                let outcome = try await KeyRotation(app: road.database.app, owner: owner, box: both).run(at: road.now)
                await owner.close()
                #expect(outcome == KeyRotation.Outcome(renewed: 1))
                let renewed = TurnRecorder(database: road.database.app, box: try Self.box("two"))
                #expect(try await renewed.recording(of: turn, in: road.organization) != nil)
                #expect(try await recorder.recording(of: turn, in: road.organization) == nil)

                let later = road.now + 31 * 86400
                _ = try await road.database.app.query("select prune_turn_recordings(\(road.now + 29 * 86400))")
                #expect(try await road.count("select count(*) from parley.turn_recordings") == 1)
                _ = try await road.database.app.query("select prune_turn_recordings(\(later))")
                #expect(try await road.count("select count(*) from parley.turn_recordings") == 0)
            }
        }
    }

    @Test func aRecordingThatCannotBeKeptFailsNoTurn() async throws {
        try await Road.with { road in
            try await road.receive("Hi")
            road.advance(3)
            let recorder = TurnRecorder(
                database: Database(url: "postgresql://nobody@127.0.0.1:1/nothing"), box: try Self.box())
            let sender = road.provider.sender
            let turn = Turn(
                database: road.database.app, clock: road.clock, ids: road.ids, composer: road.composer,
                sender: { _ in sender }, recorder: recorder)
            let job = try #require(try await road.queue.claim())
            try await road.finish(job, try await turn.run(job, timeout: 5, until: .distantFuture))
            await recorder.drain()
            #expect(road.provider.sent == ["You said: Hi"])
            #expect(try await road.texts() == ["You said: Hi"])
        }
    }
}

extension Road {
    /// As the turn that queued its reply left it.
    fileprivate func runningSend() async throws -> Job {
        let row = try #require(
            try await database.owner.query("select id, key from parley.jobs where kind = 'send' and state = 'running'")
                .first)
        return Job(claimed: try row["id"], .send, key: try row["key"], for: organization)
    }
}
