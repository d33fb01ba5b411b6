import Conversation
import Domain
import FoundationEssentials
import Load
import Postgres
import Store
import Support
import Testing

/// One organization's load is its own: a hundred thousand of its jobs wait and forty of its turns are slow, and another
/// organization's customer gets the reply in the time it takes when nobody else is there.
@Suite struct FairnessTests {
    private static let replies = 12
    private static let composing = 0.5
    private static let slow = "slow"
    /// Times as long as with nobody else there.
    private static let most = 1.2

    @Test(.timeLimit(.minutes(3))) func oneOrganizationsLoadDoesNotSlowDownAnothersReplies() async throws {
        try await Road.with { road in
            let (other, line) = (OrganizationID(UUID()), "whatsapp:+14155230000")
            try await found(other, line: line, in: road.database)
            let host = host(road)
            let quiet = try await times(to: line, named: "0", road, host)

            try await road.database.owner.query(
                """
                insert into parley.jobs (organization_id, id, kind, key, payload, state, run_at, created_at)
                select \(road.organization), gen_random_uuid(), 'pause', n::text, '{"ms": 100}', 'ready', now(), now()
                from generate_series(1, 100000) n
                """)
            let before = try #require(quiet.max())
            var ratio = Double.infinity
            // Whatever else runs on the machine may hold one of them up; a share that is missing holds them up each time.
            for round in 1...3 where ratio > Self.most {
                for number in 0..<40 {
                    try await write(Self.slow, from: "+1555\(round)00\(number)", to: road.line, road, host)
                }
                let loaded = try await times(to: line, named: "\(round)", road, host)
                ratio = try #require(loaded.max()) / before
                print("slowest of \(Self.replies) replies beside the load: \(ratio) of the quiet \(before) s")
            }
            await host.stop()
            #expect(ratio <= Self.most)
            let busy = try await road.count(
                "select count(*) from parley.messages where direction = 'outbound' and organization_id = \(road.organization)"
            )
            #expect(busy > 0, "the loaded organization is served, too")
        }
    }

    private func found(_ organization: OrganizationID, line: String, in database: TestDatabase) async throws {
        let now = Date()
        _ = try await database.owner.withConnection {
            try await $0.pipeline([
                .insert(organization: organization, at: now),
                """
                insert into parley.channels (id, organization_id, kind, address, name, created_at, updated_at)
                values (\(UUID()), \(organization), 'whatsapp_twilio', \(line), 'Shop', \(now), \(now))
                """,
            ])
        }
    }

    private func host(_ road: Road) -> RunnerHost {
        let (clock, ids, sender) = (RunnerHost.clock, RunnerHost.ids, road.provider.sender)
        let composer = Composer { request in
            let isSlow = request.history.last?.text == Self.slow
            try await Task.sleep(for: .seconds(isSlow ? 4 : Self.composing))
            return ComposedReply(text: "Yes", reason: "test")
        }
        let database = Database(url: road.database.appURL, connections: 8)
        let turn = Turn(database: database, clock: clock, ids: ids, composer: composer, sender: { _ in sender })
        let outbox = Outbox(database: database, clock: clock, ids: ids, sender: { _ in sender })
        // Fewer places than the crowd has turns: without its share nobody else would find one.
        var pace = RunnerPace()
        pace.places = 20
        return RunnerHost(road.database, kinds: [.send, .turn, .pause], most: 1, pace: pace) { job, deadline in
            switch job.kind {
            case .turn: return try await turn.run(job, timeout: 20, until: .distantFuture)
            case .send: return try await outbox.run(job, until: deadline)
            default:
                try await Task.sleep(for: .milliseconds(100))
                return .done
            }
        }
    }

    /// Seconds from the message to the reply at the provider, one customer after the other.
    private func times(to line: String, named name: String, _ road: Road, _ host: RunnerHost) async throws -> [Double] {
        var times: [Double] = []
        for number in 0..<Self.replies {
            let customer = "+1666\(name)00\(number)"
            let began = ContinuousClock.now
            try await write("Are you open?", from: customer, to: line, road, host)
            while !road.provider.all.contains(where: { $0.draft.to.hasSuffix(customer) }) {
                try #require(ContinuousClock.now - began < .seconds(60), "no reply")
                try await Task.sleep(for: .milliseconds(2))
            }
            times.append((ContinuousClock.now - began) / .seconds(1))
        }
        return times
    }

    private func write(
        _ text: String, from customer: String, to line: String, _ road: Road, _ host: RunnerHost
    ) async throws {
        let inbox = Inbox(
            database: road.database.app, clock: RunnerHost.clock, ids: RunnerHost.ids, debounce: Debounce(quiet: 0))
        let receipt = try await inbox.receive(
            InboundMessage(
                kind: .whatsappTwilio, localAddress: line, remoteAddress: "whatsapp:\(customer)",
                providerMessageID: UUID().uuidString, contactName: "Ann", text: text))
        if receipt.wakeNeeded { host.wake() }
    }
}
