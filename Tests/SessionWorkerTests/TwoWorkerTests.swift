import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

/// Must show no. 3: two workers, one line. One is killed, paused, or cut off from the database; the other takes over within
/// the lease, and the first never writes again.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TwoWorkerTests {
    private struct Pair: Sendable {
        let one: MortalWorker
        let two: MortalWorker
        let channel: ChannelID
        let line: LinkedLine
    }

    /// The first worker holds a linked line, the second waits for it.
    private func with(
        role: String = "parley_app", _ body: @escaping @Sendable (Installation, Pair) async throws -> Void
    ) async throws {
        try await Installation.with { installation in
            let (one, two) = (MortalWorker(installation.variables(role: role)), MortalWorker(installation.variables()))
            defer {
                one.send(SIGKILL)
                two.send(SIGKILL)
            }
            let channel = try await installation.makeLine()
            try one.start()
            let line = try await installation.link(channel, as: "15550001111")
            try two.start()
            try await installation.answering {
                try await body(installation, Pair(one: one, two: two, channel: channel, line: line))
            }
        }
    }

    /// Writes and waits for the answer.
    private func talk(_ text: String, _ installation: Installation, _ pair: Pair) async throws {
        let ana = try await installation.server.contact("15552223333", name: "Ana")
        try await ana.send(text, to: pair.line)
        let shown = try await installation.server.next(.message, within: 60) { $0.text == "You said: \(text)" }
        #expect(shown.person == ana.number)
    }

    private func holder(_ installation: Installation, _ pair: Pair) async throws -> (worker: UUID?, fence: Int) {
        let row = try await installation.row(pair.channel)
        return (try row["holder"], try row["fence"])
    }

    /// Waits for the second worker to be connected.
    private func takenOver(from fence: Int, after sequence: Int, _ installation: Installation, _ pair: Pair)
        async throws
    {
        _ = try await eventually("a take-over") { () -> Bool? in
            try await self.holder(installation, pair).fence > fence ? true : nil
        }
        _ = try await installation.server.next(.active, after: sequence)
    }

    private func answers(_ installation: Installation) async -> [ServerEvent] {
        await installation.server.remembered(limit: 5000).filter { $0.kind == .message }
    }

    private func last(_ installation: Installation) async -> Int {
        await installation.server.remembered(limit: 20_000).last?.sequence ?? 0
    }

    @Test func aKilledWorkersLineIsTakenOverWithinItsLease() async throws {
        try await with { installation, pair in
            try await talk("one", installation, pair)
            let (before, sequence) = (try await holder(installation, pair).fence, await last(installation))
            let began = ContinuousClock.now
            pair.one.send(SIGKILL)
            try await takenOver(from: before, after: sequence, installation, pair)
            let seconds = began.duration(to: .now)
            print("taken over after \(seconds)")
            try await talk("two", installation, pair)
        }
    }

    @Test func aPausedWorkerFindsItsLineGone() async throws {
        try await with { installation, pair in
            try await talk("one", installation, pair)
            let (before, sequence) = (try await holder(installation, pair).fence, await last(installation))
            pair.one.send(SIGSTOP)
            try await takenOver(from: before, after: sequence, installation, pair)
            try await talk("two", installation, pair)
            let (now, woken) = (try await holder(installation, pair), await last(installation))
            pair.one.send(SIGCONT)
            for number in 0..<5 { try await talk("three \(number)", installation, pair) }
            let later = try await holder(installation, pair)
            #expect(later.worker == now.worker && later.fence == now.fence, "the line stays where it is")
            let logins = await installation.server.remembered(after: woken, limit: 5000).count { $0.kind == .loggedIn }
            #expect(logins == 0, "the paused worker connected again")
            try await shownOnce(installation)
        }
    }

    @Test func aWorkerCutOffFromTheDatabaseLetsGo() async throws {
        let role = "worker_" + UUID().uuidString.lowercased().prefix(8)
        // The roles of a new cluster come with its first database.
        try await TestDatabase.with { _ in }
        try await TestDatabase.administer("create role \(role) login in role parley_app")
        do {
            try await with(role: role) { installation, pair in
                try await talk("one", installation, pair)
                let (before, sequence) = (try await holder(installation, pair).fence, await last(installation))
                try await installation.database.owner.query("alter role \(unescaped: role) nologin")
                // Again: a connection that was just being made when the role lost its login has no name yet.
                for _ in 0..<5 {
                    try await installation.database.owner.query(
                        "select pg_terminate_backend(pid) from pg_stat_activity where usename = \(role)")
                    try await Task.sleep(for: .milliseconds(200))
                }
                try await takenOver(from: before, after: sequence, installation, pair)
                for number in 0..<5 { try await talk("two \(number)", installation, pair) }
                // The one that was cut off may have connected once more while its lease was good: only what came since counts.
                let cut = await last(installation)
                try await installation.database.owner.query("alter role \(unescaped: role) login")
                for number in 0..<5 { try await talk("three \(number)", installation, pair) }
                let logins = await installation.server.remembered(after: cut, limit: 5000).count {
                    $0.kind == .loggedIn
                }
                #expect(logins == 0, "the worker that was cut off connected again")
                try await shownOnce(installation)
            }
        } catch {
            try? await TestDatabase.administer("drop role if exists \(role)")
            throw error
        }
        try await TestDatabase.administer("drop role if exists \(role)")
    }

    private func shownOnce(_ installation: Installation) async throws {
        for (text, copies) in Dictionary(grouping: await answers(installation), by: { $0.text ?? "" })
        where copies.count > 1 {
            Issue.record("'\(text)' was shown \(copies.count) times")
        }
    }
}

extension TestDatabase {
    fileprivate static func administer(_ script: String) async throws {
        let connection = try await Connection.connect(try cluster())
        do {
            try await connection.script(script)
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }
}
