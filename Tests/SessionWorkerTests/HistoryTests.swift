import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker
@testable import WhatsAppWire

/// What the phone tells of the past: nothing waits for it, and nothing of it is lost.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HistoryTests {
    @Test func whereAPieceLiesIsReadBack() throws {
        let file = EncryptedMedia(
            kind: .history, mimeType: "", directPath: "/v/t", mediaKey: [UInt8](repeating: 1, count: 32),
            digest: MediaDigest(sha256: [1], encryptedSHA256: [2], length: 70_000))
        for reference in [
            HistorySyncReference(kind: .recent, inline: nil, file: file),
            HistorySyncReference(kind: .initial, inline: [1, 2, 3], file: nil),
            HistorySyncReference(kind: nil, inline: nil, file: nil),
        ] {
            #expect(try HistorySyncReference(serialized: reference.serialized) == reference)
        }
    }

    /// Others' are in front, for as long as the test wants.
    @Test func nothingWaitsForThePastAndItIsKept() async throws {
        try await Installation.with { installation in
            let owner = try await installation.server.contact("15550001111", name: "Owner")
            let ana = try await installation.server.contact("15552223333", name: "Ana")
            _ = try await ana.send("Long ago", to: owner)
            let channel = try await installation.makeLine()
            let histories = AsyncSemaphore(1)
            let worker = try TestWorker(installation, histories: histories)
            let kept: Query = "select count(*) as count from parley.whatsapp_keys where kind = 'history'"
            try await histories.withPermit(within: 1) {
                let line = try await installation.link(channel, as: "15550001111")
                _ = try await eventually("the piece to be kept") { () -> Bool? in
                    try await installation.count(kept) == 1 ? true : nil
                }
                try await installation.acknowledged(line)
                // Asked of the server in the background.
                let group = try await installation.server.makeGroup("Regulars", members: [ana.number, line.number])
                try await ana.send("Anybody there?", toGroup: group)
                _ = try await eventually("the group's name", within: 20) { () -> Bool? in
                    try await installation.count(
                        "select count(*) as count from parley.contacts where name = 'Regulars'") == 1 ? true : nil
                }
                await worker.stop()
            }
            #expect(try await installation.messages().allSatisfy { $0.body != "Long ago" })
            try await TestWorker.with(installation) {
                _ = try await installation.inbound("Long ago")
                _ = try await eventually("nothing to be left") { () -> Bool? in
                    try await installation.count(kept) == 0 ? true : nil
                }
            }
        }
    }

    /// One may be what the process dies of: it is not begun for ever.
    @Test func aPieceIsGivenUpAfterAFewTries() async throws {
        try await Installation.with { installation in
            _ = try await installation.makeLine()
            let leases = LineLeases(database: installation.database.app, worker: UUID(), seconds: 60)
            let lease = try #require(try await leases.claim(room: 1).first)
            let worker = try TestWorker(installation, change: { $0.lines = 0 })
            let database = LineDatabase(lease.line, worker.environment)
            let kept = KeptHistories(database: database)
            let history = kept.waiting(HistorySyncReference(kind: .recent, inline: [1], file: nil), told: "A")
            try await database.commit(try kept.keep(history))
            #expect(try await kept.all().map(\.reference) == [history.reference])
            for _ in 0..<3 { #expect(try await kept.begin(history)) }
            #expect(try await !kept.begin(history))
            #expect(try await kept.all().isEmpty)
            let large = HistorySyncReference(kind: .recent, inline: [UInt8](repeating: 1, count: 1 << 20), file: nil)
            #expect(kept.waiting(large, told: "B").key == nil, "it came with its message")
            await worker.stop()
        }
    }
}
