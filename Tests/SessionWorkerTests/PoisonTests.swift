import Domain
import Foundation
import Postgres
import Store
import Support
import Testing
import WhatsAppServer

@testable import SessionWorker

/// One message that can't be stored as it is does not stop those behind it.
@Suite(.serialized, .timeLimit(.minutes(10))) struct PoisonTests {
    static let drafts: [Draft] = [
        Draft(text: "before\u{0}after"),
        Draft(file: .init(kind: "image", mimeType: "image/\u{0}jpeg", data: [1, 2, 3])),
        Draft(file: .init(kind: "image", mimeType: String(repeating: "🇦🇨", count: 600), data: [1, 2, 3])),
        // What opens a file is kept sealed, and a sealed value has a limit.
        Draft(
            file: .init(
                kind: "document", mimeType: "text/plain", data: [1], caption: String(repeating: "x", count: 1_100_000))),
        Draft(location: .init(latitude: 1, longitude: 2, name: "\u{0}")),
        Draft(text: String(repeating: "👩‍👩‍👧‍👦\r\n", count: 5_000)),
    ]

    @Test(arguments: drafts.indices) func whateverIsWrittenTheNextMessageComesIn(_ index: Int) async throws {
        try await poisoned { installation, line in
            let eve = try await installation.server.contact("15554445555", name: "Eve\u{0}")
            try await eve.send(Self.drafts[index], to: line)
            try await installation.acknowledged(line)
            #expect(try await installation.messages().count == 1, "it is kept, however little of it")
        }
    }

    /// Every constraint, those that do not exist yet included.
    @Test func aMessageThatViolatesAConstraintIsKeptAsUnsupported() async throws {
        try await poisoned { installation, line in
            try await installation.database.owner.query(
                "alter table parley.messages add constraint tested check (body not like 'poison%')")
            let eve = try await installation.server.contact("15554445555", name: "Eve")
            let id = try await eve.send("poison", to: line)
            try await installation.acknowledged(line)
            let kept = try #require(try await installation.messages().first)
            #expect(kept.type == "unsupported" && kept.providerID == id && kept.body.contains("could not be stored"))
        }
    }

    @Test func aMessageThatCanNotBeKeptAtAllIsStillAcknowledged() async throws {
        try await poisoned { installation, line in
            try await installation.database.owner.query(
                """
                alter table parley.messages add constraint tested check (body not like 'poison%' and type <> 'unsupported')
                """)
            let eve = try await installation.server.contact("15554445555", name: "Eve")
            try await eve.send("poison", to: line)
            try await installation.acknowledged(line)
            #expect(try await installation.messages().isEmpty)
        }
    }

    /// Runs the body on a linked line; afterwards the next message of the same person must come in at once.
    private func poisoned(_ body: @escaping @Sendable (Installation, LinkedLine) async throws -> Void) async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let sequence = await installation.server.remembered().last?.sequence ?? 0
                try await body(installation, line)
                let eve = try await installation.server.contact("15554445555", name: "Eve")
                try await eve.send("still here", to: line)
                _ = try await installation.inbound("still here")
                let logins = await installation.server.remembered().filter {
                    $0.kind == .loggedIn && $0.sequence > sequence
                }
                #expect(logins.isEmpty, "the connection was not given up for it")
            }
        }
    }

    /// A fault of our own: the line goes on trying, less and less often, and its owner sees it.
    @Test func anUnexpectedEndIsSaidAndPausesGrow() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            try await TestWorker.with(installation) {
                let line = try await installation.link(channel, as: "15550001111")
                let owner = installation.database.owner
                try await owner.query(
                    """
                    create function parley.broken() returns trigger language plpgsql as
                        $$ begin raise exception 'broken' using errcode = 'P0001'; end $$
                    """)
                try await owner.query(
                    """
                    create trigger broken before insert on parley.messages for each row execute function parley.broken()
                    """)
                let ana = try await installation.server.contact("15552223333", name: "Ana")
                try await ana.send("Hello", to: line)
                try await installation.status(channel, "reconnecting")
                let row = try await installation.row(channel)
                #expect(try (row["status_reason"] as String).contains("fault of this installation"))
                _ = try await eventually("the pauses to grow") { () -> Bool? in
                    try await (installation.row(channel)["retry_in"] as Double? ?? 0) > 0.5 ? true : nil
                }
                let failures: Int = try await installation.row(channel)["failures"]
                #expect(failures > 3, "each of them counts, although each was let in")
                try await owner.query("drop trigger broken on parley.messages")
                _ = try await installation.inbound("Hello")
                try await installation.status(channel, "connected")
            }
        }
    }

    /// A server that talks, but never lets the line in.
    @Test func aLoginThatIsNeverAnsweredIsLeftAndPausesGrow() async throws {
        try await Installation.with { installation in
            let channel = try await installation.makeLine()
            let first = try TestWorker(installation)
            _ = try await installation.link(channel, as: "15550001111")
            await first.stop()
            await installation.server.inject(Fault(.lost, stanza: "success", direction: .sent, count: 3))
            try await TestWorker.with(installation, change: { $0.patience = 1 }) {
                _ = try await eventually("the second failure") { () -> Bool? in
                    let row = try await installation.row(channel)
                    let reason: String = try row["status_reason"]
                    return try row["failures"] as Int >= 2 && reason.contains("did not let the line in") ? true : nil
                }
                try await installation.status(channel, "connected")
            }
        }
    }
}

@Suite struct ForeignTextTests {
    @Test(arguments: [
        ("plain", 10, "plain"), ("a\u{0}b", 10, "ab"), ("\u{0}", 10, ""), ("abcdef", 3, "abc"), ("", 0, ""),
        ("👩‍👩‍👧", 2, "👩\u{200D}"), ("\r\n\r\n", 3, "\r\n\r"), ("x\u{0}yz", 2, "xy"),
    ])
    func aCutCountsScalars(_ text: String, _ limit: Int, _ expected: String) {
        #expect(Array(text.cut(to: limit).unicodeScalars) == Array(expected.unicodeScalars))
    }

    /// One grapheme of any number of scalars: what `prefix` lets through, and a column does not take.
    @Test func aFlagIsTwoScalars() {
        let flags = String(repeating: "🇦🇨", count: 600)
        #expect(flags.count == 600 && flags.unicodeScalars.count == 1200)
        #expect(flags.cut(to: 1000).unicodeScalars.count == 1000)
    }
}
