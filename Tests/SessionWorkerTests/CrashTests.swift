import Conversation
import Domain
import Foundation
import Postgres
import Store
import Support
import Synchronization
import Testing
import WhatsAppServer

@testable import SessionWorker

/// Must show no. 2: a worker's process is killed with SIGKILL at every commit point and between them, and its connection is
/// cut here and there, while customers write and are answered (cuts at every stanza: `CutSweepTests`). Whatever happens: no message is lost, none is answered twice,
/// and every session still opens what comes.
///
/// `CRASH_SEED` repeats a schedule, `CRASH_ROUNDS` (default 1) sets how often every commit point is visited.
@Suite(.serialized, .timeLimit(.minutes(60))) struct CrashTests {
    static let seed =
        ProcessInfo.processInfo.environment["CRASH_SEED"].flatMap { UInt64($0) } ?? .random(in: 1...999_999)
    static let rounds = ProcessInfo.processInfo.environment["CRASH_ROUNDS"].flatMap { Int($0) } ?? 1

    private static let points: [FaultPoint] =
        // Those of pairing have a test of their own.
        FaultPoint.line.filter { ![.lineCredentials, .linePaired, .lineKeysStored, .lineKeysUploaded].contains($0) }
        + [.jobClaimed, .outboxMarking, .outboxMarked, .outboxSent, .outboxRecorded, .jobWorked, .jobFinished]

    @Test func nothingIsLostOrAnsweredTwice() async throws {
        print("CRASH_SEED=\(Self.seed) CRASH_ROUNDS=\(Self.rounds)")
        try await Installation.with { installation in
            let storm = Storm(installation, seed: Self.seed)
            try await installation.answering { try await storm.rage(over: Self.points, rounds: Self.rounds) }
            try await storm.judge()
        }
    }

    @Test func pairingSurvivesADeathAtEveryStep() async throws {
        try await Installation.with { installation in
            let worker = MortalWorker(installation.variables())
            defer { worker.send(SIGKILL) }
            for (index, point) in [FaultPoint.lineCredentials, .linePaired, .lineKeysStored, .lineKeysUploaded]
                .enumerated()
            {
                let channel = try await installation.makeLine("Line \(index)")
                try worker.start(fault: point.rawValue)
                let number = "1555000111\(index)"
                if point != .lineCredentials {
                    _ = try? await scan(channel, as: number, installation)
                }
                _ = try await eventually("death at \(point.rawValue)") { worker.isRunning ? nil : true }
                try worker.start()
                let row = try await eventually("the line to go on") { () -> String? in
                    let row = try await installation.row(channel)
                    let status: String = try row["status"]
                    let code: String? = try row["qr"]
                    return status == "connected" || status == "auth_failed" || code != nil ? status : nil
                }
                if row == "auth_failed" {
                    // The server never heard of the link: its owner starts again.
                    try await installation.ask(
                        channel, "update whatsapp_lines set requested_at = now() where channel_id = \(channel)")
                }
                if row != "connected" {
                    try await eventually("a code that holds") {
                        try? await scan(channel, as: number, installation)
                    }
                }
                try await installation.status(channel, "connected")
                try await worker.kill()
            }
        }
    }

    /// The row may still show the code of the worker that died.
    private func scan(_ channel: ChannelID, as number: String, _ installation: Installation) async throws {
        let code: String = try await eventually("a QR code") { try await installation.row(channel)["qr"] }
        _ = try await installation.server.scan(code, as: number)
    }
}

/// Customers who write, a worker that dies, a connection that breaks.
final class Storm: Sendable {
    private let installation: Installation
    private let worker: MortalWorker
    private let dice: Mutex<SeededGenerator>
    private let written = Mutex<[(person: String, text: String)]>([])
    /// Commit points at which a worker killed itself.
    private let felled = Mutex<Set<String>>([])
    private static let people = ["15552223331", "15552223332", "15552223333"]

    init(_ installation: Installation, seed: UInt64) {
        self.installation = installation
        worker = MortalWorker(installation.variables())
        dice = Mutex(SeededGenerator(seed: seed))
    }

    private func roll(_ sides: Int) -> Int { dice.withLock { Int.random(in: 0..<sides, using: &$0) } }

    func rage(over points: [FaultPoint], rounds: Int) async throws {
        defer { worker.send(SIGKILL) }
        let channel = try await installation.makeLine()
        try worker.start()
        let line = try await installation.link(channel, as: "15550001111")
        for round in 0..<rounds {
            let shuffled = dice.withLock { points.shuffled(using: &$0) }
            for (index, point) in shuffled.enumerated() {
                try await visit(point, "\(round).\(index)", line)
            }
        }
        try await calm(line)
    }

    /// A worker that is marked for death at `point`, while somebody writes and the connection breaks here and there.
    private func visit(_ point: FaultPoint, _ name: String, _ line: LinkedLine) async throws {
        try await worker.kill()
        try worker.start(fault: point.rawValue)
        if roll(2) == 0 {
            await installation.server.inject(
                Fault(
                    .cut, stanza: ["message", "receipt", "iq", "ack"][roll(4)],
                    direction: roll(2) == 0 ? .received : .sent, skip: roll(4), afterwards: roll(2) == 0))
        }
        // A retry is counted only when there is reason to ask for one.
        if point == .lineRetryStored { await installation.server.inject(Fault(.badMAC, stanza: "message")) }
        for number in 0...roll(2) { try await write("\(name).\(number)", line) }
        let patience = ContinuousClock.now + .milliseconds(2500 + roll(2500))
        while worker.isRunning, ContinuousClock.now < patience { try await Task.sleep(for: .milliseconds(20)) }
        if !worker.isRunning { felled.withLock { _ = $0.insert(point.rawValue) } }
        if roll(3) == 0 { try await write("\(name).late", line) }
    }

    private func write(_ text: String, _ line: LinkedLine) async throws {
        let person = Self.people[roll(Self.people.count)]
        try await installation.server.contact(person, name: "P\(person.suffix(1))").send(text, to: line)
        written.withLock { $0.append((person, text)) }
    }

    /// From now on nobody dies; everybody says one thing more.
    private func calm(_ line: LinkedLine) async throws {
        await installation.server.clearFaults()
        try await worker.kill()
        try worker.start()
        for person in Self.people {
            try await installation.server.contact(person).send("still there, \(person)?", to: line)
            written.withLock { $0.append((person, "still there, \(person)?")) }
        }
        let server = installation.server
        _ = try await eventually("everything to be worked off", within: 120) { () -> Bool? in
            let waiting = await server.unacknowledged(line)
            let unfinished = try await self.installation.unfinished()
            let stored = try await self.installation.messages().count { $0.direction == "inbound" }
            return waiting == 0 && unfinished == 0 && stored >= self.written.withLock { $0.count } ? true : nil
        }
    }

    // MARK: The verdict

    func judge() async throws {
        let events = await installation.server.remembered(limit: 20_000)
        let shown = events.filter { $0.kind == .message }
        let messages = try await installation.messages()
        print(
            "\(written.withLock { $0.count }) messages written, \(worker.deaths) processes killed, \(shown.count) answers shown, "
                + "\(events.count { $0.kind == .repeated }) repeats told apart, "
                + "\(events.count { $0.kind == .undecryptable }) asked for again")
        let felled = felled.withLock { $0 }
        print("died at \(felled.sorted().joined(separator: ", "))")
        #expect(felled.count > 6, "hardly anybody died: the test proved little")
        for (person, text) in written.withLock({ $0 }) {
            let stored = messages.count { $0.direction == "inbound" && $0.body == text }
            #expect(stored == 1, "'\(text)' of \(person) is stored \(stored) times")
        }
        try await judgeAnswers(shown, messages)
        for person in Self.people {
            let last = shown.last { $0.person == person }
            #expect(
                last?.text?.contains("still there, \(person)?") == true,
                "\(person) got no last answer: \(last?.text ?? "")")
        }
    }

    private func judgeAnswers(_ shown: [ServerEvent], _ messages: [Installation.Stored]) async throws {
        for (id, copies) in Dictionary(grouping: shown, by: { "\($0.id ?? "") \($0.person ?? "")" })
        where copies.count > 1 {
            Issue.record("\(id) is on the phone \(copies.count) times")
        }
        let ids = Set(shown.compactMap(\.id))
        for message in messages where message.direction == "outbound" {
            let isShown = message.providerID.map(ids.contains) ?? false
            switch message.status {
            case "sent", "delivered", "read": #expect(isShown, "\(message.body) counts as sent and is not on the phone")
            case "cancelled": #expect(!isShown)
            default:
                Issue.record("\(message.body) is \(message.status), shown: \(isShown); \(message.reason ?? "")")
            }
        }
        let twice = try await installation.database.owner.query(
            """
            select turn_id::text as turn from parley.messages where direction = 'outbound' and status <> 'cancelled'
            group by turn_id having count(*) > 1
            """)
        #expect(twice.isEmpty, "\(twice.count) turns were answered twice")
        let silent = try await installation.count(
            "select count(*) as count from parley.turns where state not in ('answered', 'closed')")
        #expect(silent == 0)
    }
}

extension FaultPoint {
    fileprivate static let line = allCases.filter { $0.rawValue.hasPrefix("line.") }
}
