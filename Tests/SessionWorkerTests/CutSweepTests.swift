import Conversation
import Domain
import Foundation
import Postgres
import Store
import Testing
import WhatsAppServer

@testable import SessionWorker

/// Must show no. 2, "cut off at every stanza": from the QR code to the receipt of an answer, the connection breaks at each
/// stanza of each direction in turn, and nothing is lost, answered twice, or unreadable afterwards.
///
/// How many stanzas there are is counted on a line that nothing happens to. CUT_STRIDE (default 1) leaves some out, CUT_BOTH=1
/// cuts before and after each instead of in turns.
@Suite(.serialized, .timeLimit(.minutes(20))) struct CutSweepTests {
    private static let stride = ProcessInfo.processInfo.environment["CUT_STRIDE"].flatMap { Int($0) } ?? 1
    private static let isThorough = ProcessInfo.processInfo.environment["CUT_BOTH"] == "1"

    /// Most of it is waiting: both directions at once, each with an installation of its own.
    @Test func aCutAtAnyStanzaLosesNothing() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for direction in Fault.Direction.allCases { group.addTask { try await survive(direction) } }
            try await group.waitForAll()
        }
    }

    private func survive(_ direction: Fault.Direction) async throws {
        try await Installation.with { installation in
            try await installation.answering {
                try await TestWorker.with(installation, change: { $0.pauseFactor = 0.02 }) {
                    try await sweep(installation, direction)
                }
            }
            try await judge(installation)
        }
    }

    private func sweep(_ installation: Installation, _ direction: Fault.Direction) async throws {
        let story = Story(installation: installation)
        try await story.live("uncut", as: "15550001000")
        let total = await installation.server.stanzas(direction)
        #expect(total >= 10, "a pairing, a login, a question and an answer take more stanzas than \(total)")
        var cuts = 0
        for position in Swift.stride(from: 0, to: total, by: Self.stride) {
            for afterwards in Self.isThorough ? [false, true] : [position % 2 == 1] {
                cuts += 1
                await installation.server.inject(
                    Fault(.cut, direction: direction, skip: position, afterwards: afterwards))
                try await story.live("\(position) \(afterwards)", as: "1555000\(2000 + cuts)")
                await installation.server.clearFaults()
            }
        }
        let struck = await installation.server.remembered(limit: 20_000).count { $0.kind == .fault }
        print("\(direction.rawValue): cut at \(struck) of \(cuts) stanzas")
        // A few stanzas less may do: receipts come together or alone.
        #expect(struck * 10 >= cuts * 8)
    }

    /// Everybody got one answer to each question, and each question is stored once.
    private func judge(_ installation: Installation) async throws {
        let shown = await installation.server.remembered(limit: 20_000).filter { $0.kind == .message }.compactMap(
            \.text)
        #expect(shown.count == Set(shown).count, "something was shown twice")
        let asked = try await installation.messages().filter { $0.direction == "inbound" }.map(\.body)
        #expect(asked.count == Set(asked).count && asked.count == shown.count)
    }
}

/// A line's life: a phone scans its code, a customer asks twice, and each time reads one answer.
private struct Story: Sendable {
    let installation: Installation

    func live(_ name: String, as number: String) async throws {
        let channel = try await installation.makeLine(name)
        let line = try await link(channel, as: number)
        let ana = try await installation.server.contact("15552223333", name: "Ana")
        for question in ["\(name), open?", "\(name), really?"] {
            try await ana.send(question, to: line)
            let answer = try await installation.server.next(.message) { $0.text == "You said: \(question)" }
            try await delivered(try #require(answer.id))
        }
        let server = installation.server
        _ = try await eventually("\(name): an empty queue") { () -> Bool? in
            await server.unacknowledged(line) == 0 ? true : nil
        }
        try await installation.ask(
            channel, "update whatsapp_lines set wanted = 'stopped', requested_at = now() where channel_id = \(channel)")
        try await installation.status(channel, "stopped")
    }

    private func delivered(_ id: String) async throws {
        let installation = installation
        _ = try await eventually("\(id) to be delivered") { () -> Bool? in
            let message = try await installation.messages().first { $0.providerID == id }
            return ["delivered", "read"].contains(message?.status) ? true : nil
        }
    }

    /// Scans every code that appears until the line is connected; asks for new ones when the link did not come about.
    private func link(_ channel: ChannelID, as number: String) async throws -> LinkedLine {
        let (installation, scanned) = (installation, Scanned())
        return try await eventually("\(number) to be connected") { () -> LinkedLine? in
            let row = try await installation.row(channel)
            let status: String = try row["status"]
            if status == "connected" { return await scanned.line }
            if status == "auth_failed" {
                try await installation.ask(
                    channel, "update whatsapp_lines set requested_at = now() where channel_id = \(channel)")
                _ = try await eventually("a new attempt") { () -> Bool? in
                    let status: String = try await installation.row(channel)["status"]
                    return status == "auth_failed" ? nil : true
                }
            }
            if let code = try row["qr"] as String?, await scanned.isNew(code) {
                await scanned.keep(try? await installation.server.scan(code, as: number, name: "Owner"))
            }
            return nil
        }
    }
}

/// What the phone did so far.
private actor Scanned {
    private(set) var line: LinkedLine?
    private var codes: Set<String> = []

    func isNew(_ code: String) -> Bool { codes.insert(code).inserted }
    func keep(_ line: LinkedLine?) { self.line = line ?? self.line }
}
