import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// What a process takes up at once, and for which lines.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SchedulerTests {
    private static let running: Query =
        "select count(*) as count from parley.jobs where kind = 'line_send' and state = 'running'"

    /// Many look at the same time: a notification, a job that ended, the clock.
    @Test func looksAtTheSameTimeTakeUpNoMoreThanTheyMay() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            // Half of the places are one organization's.
            let worker = try TestWorker(installation, change: { $0.sends = 4 })
            let line = try await installation.link(channel, as: "15550001111")
            let conversations = try await conversations(8, line, installation)
            let keeper = try #require(worker.worker.lines[channel])
            // Nothing can be encrypted meanwhile, so each message stays under way.
            try await keeper.ratchets.withLock {
                for conversation in conversations { try await installation.reply("Hello", in: conversation) }
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<20 { group.addTask { await worker.worker.sends.look(at: channel) } }
                }
                _ = try await eventually("two are under way") { () -> Bool? in
                    try await installation.count(Self.running) >= 2 ? true : nil
                }
                await worker.worker.sends.looked()
                #expect(try await installation.count(Self.running) == 2)
            }
            _ = try await eventually("all answers") { () -> Bool? in
                let left = try await installation.messages().filter { $0.direction == "outbound" }
                return left.count == 8 && left.allSatisfy { !["queued", "sending"].contains($0.status) } ? true : nil
            }
            await worker.stop()
        }
    }

    /// Else a job would end by its time-out, never by itself, and a message that takes long would never leave.
    @Test func aJobHasTimeForTheLongestMessageAndMore() {
        #expect(JobKind.lineSend.timeout >= LineSender.longest + 60)
        #expect(LineSender.longest > OutgoingFiles.timeout + MediaTransfer.uploadTime + TypingTime().longest * 1.25)
    }

    private func conversations(
        _ count: Int, _ line: LinkedLine, _ installation: Installation
    ) async throws -> [ConversationID] {
        var conversations: [ConversationID] = []
        for number in 0..<count {
            let person = try await installation.server.contact("1555222333\(number)", name: "Person \(number)")
            try await person.send("from \(number)", to: line)
            conversations.append(try await installation.inbound("from \(number)").conversation)
        }
        return conversations
    }

    /// Begun and dropped in one step: whoever sends never sees a line that was dropped.
    @Test func aLineThatWasDroppedIsNotSentFor() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let leases = LineLeases(database: installation.database.app, worker: UUID(), seconds: 60)
            let lease = try #require(try await leases.claim(room: 1).first)
            let worker = try TestWorker(installation, change: { $0.lines = 0 })
            for _ in 0..<50 {
                await worker.worker.begin(lease)
                await worker.worker.drop(channel)
                #expect(worker.worker.sends.lines[channel] == nil)
            }
            await worker.stop()
        }
    }
}
