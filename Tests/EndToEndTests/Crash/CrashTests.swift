import Conversation
import Domain
import Foundation
import Postgres
import Store
import Support
import Synchronization
import Testing

/// Must show no. 3: real processes are killed with SIGKILL at the commit points of the road while customers write, messages
/// are delivered twice, late and out of order, Twilio refuses, is away, slow, or takes messages without answering, the database ends all
/// sessions, and people take conversations over.
/// Whatever happens: no inbound message is lost, no turn is visibly answered twice, and nothing that was not already on its
/// way is said after a person took over.
///
/// `CRASH_SEED` repeats a schedule, `CRASH_ROUNDS` sets its length for functions and runner together (default 200, of which a fifth
/// goes to the runner, whose deaths take longer); one round is three customers and at least one fault.
@Suite(.serialized) struct CrashTests {
    static let seed =
        ProcessInfo.processInfo.environment["CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)
    static let rounds = ProcessInfo.processInfo.environment["CRASH_ROUNDS"].flatMap { Int($0) } ?? 200

    /// Each function dies at each of its commit points.
    @Test(.timeLimit(.minutes(120))) func functionsDie() async throws {
        try await nothingIsLostDoubledOrSaidOverAPerson(Self.rounds - Self.rounds / 5) {
            MortalFunctions(variables: $0, dice: $1)
        }
    }

    /// The runner dies with all its functions, over and over.
    @Test(.timeLimit(.minutes(120))) func theRunnerDies() async throws {
        try await nothingIsLostDoubledOrSaidOverAPerson(Self.rounds / 5) { try MortalRunner(variables: $0, dice: $1) }
    }

    private func nothingIsLostDoubledOrSaidOverAPerson(
        _ rounds: Int, on host: ([String: String], Dice) throws -> any RoadHost
    ) async throws {
        print("CRASH_SEED=\(Self.seed) CRASH_ROUNDS=\(Self.rounds), of these here \(rounds)")
        try await TestDatabase.with { database in
            let harbour = try await Harbour(database, seed: Self.seed, host: host)
            defer { harbour.stop() }
            try await storm(harbour, rounds)
            try await judge(harbour)
        }
    }

    private func storm(_ harbour: Harbour, _ rounds: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await harbour.tend() }
            group.addTask {
                while !harbour.isOver {
                    for bubble in harbour.twilio.takeUnreported() { try await harbour.report(bubble) }
                    try await Task.sleep(for: .milliseconds(20))
                }
            }
            group.addTask { try await harbour.reap() }
            try await playAll(rounds, harbour)
            harbour.calm()
            try await settle(harbour)
            harbour.end()
            try await group.waitForAll()
        }
    }

    /// Two rounds at a time: while one waits for a process to come back, the other goes on.
    private func playAll(_ rounds: Int, _ harbour: Harbour) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<2 {
                group.addTask {
                    for round in stride(from: lane, to: rounds, by: 2) { try await play(round, harbour) }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Three customers write one to three messages each; each is delivered once or twice, in any order, and again until it
    /// was acknowledged. One conversation in four is taken over at some moment.
    private func play(_ round: Int, _ harbour: Harbour) async throws {
        try await harbour.misfortune()
        var deliveries: [(sid: String, from: String, body: String)] = []
        for customer in 0..<3 {
            for number in 0...harbour.roll(3) {
                let from = "whatsapp:+1555\(1_000_000 + round * 3 + customer)"
                let sid = "SM\(round)-\(customer)-\(number)"
                deliveries += Array(
                    repeating: (sid, from, "When are you open? (\(round).\(number))"), count: 1 + harbour.roll(2))
            }
        }
        var waiting = harbour.shuffled(deliveries)
        while !waiting.isEmpty {
            let next = waiting.removeFirst()
            if try await !harbour.deliver(next.sid, from: next.from, body: next.body) { waiting.append(next) }
            if harbour.roll(8) == 0 { try await takeOver(next.from, harbour) }
            if harbour.roll(3) == 0 { try await Task.sleep(for: .milliseconds(harbour.roll(120))) }
        }
    }

    private func takeOver(_ customer: String, _ harbour: Harbour) async throws {
        let rows = try await harbour.database.owner.query(
            "select id from parley.conversations where remote_address = \(customer)")
        guard let id: ConversationID = try rows.first?["id"] else { return }
        let clock = WallClock { Date() }
        let actions = ConversationActions(
            database: harbour.database.app, clock: clock, ids: IDSource(clock: clock, randomness: .system))
        let person = UserID(UUID())
        // Their session may end as well; once more is the same act.
        _ = try await harbour.database.app.persisting(for: 20) {
            try await actions.takeOver(id, of: harbour.organization, by: person)
        }
        try await harbour.database.owner.query(
            """
            insert into public.takeovers (conversation_id, at) values (\(id), clock_timestamp())
            on conflict do nothing
            """)
    }

    private func settle(_ harbour: Harbour) async throws {
        let patience = Date() + 90
        while try await harbour.unfinished() > 0 {
            guard Date() < patience else { break }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
