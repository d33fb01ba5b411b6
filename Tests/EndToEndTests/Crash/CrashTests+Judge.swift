import Foundation
import Postgres
import Support
import Synchronization
import Testing

extension CrashTests {
    /// What the simulated phone saw, held against what the database says.
    func judge(_ harbour: Harbour) async throws {
        let bubbles = harbour.twilio.bubbles
        try await reportFigures(harbour, bubbles.count)
        #expect(harbour.deaths > 0, "nobody died: the test proved nothing")
        #expect(try await harbour.unfinished() == 0, "work was left undone")
        try await nothingIsLost(harbour)
        try await nothingIsDoubled(harbour, bubbles)
        try await nothingIsSaidOverAPerson(harbour, bubbles)
    }

    private func reportFigures(_ harbour: Harbour, _ bubbles: Int) async throws {
        let statuses = try await harbour.database.owner.query(
            "select status || ' ' || count(*) as text from parley.messages where direction = 'outbound' group by status order by 1"
        ).map { row throws -> String in try row["text"] }
        let endings = try await harbour.database.owner.query(
            """
            select gate || ' ' || outcome || ' ' || count(*) || ' (' || max(reason) || ')' as text from parley.decisions
            where outcome <> 'passed' group by gate, outcome order by 1
            """
        ).map { row throws -> String in try row["text"] }
        for ending in endings { print("  \(ending)") }
        print(
            "\(harbour.acknowledged.withLock { $0.count }) messages acknowledged, \(harbour.deaths) processes killed, "
                + "\(harbour.databaseOutages) times all sessions ended, "
                + "\(bubbles) bubbles on phones; outbound: \(statuses.joined(separator: ", "))")
    }

    /// Every acknowledged message is there, once, in a turn that ended.
    private func nothingIsLost(_ harbour: Harbour) async throws {
        let rows = try await harbour.database.owner.query(
            """
            select provider_message_id as sid, count(*) as count from parley.messages where direction = 'inbound'
            group by provider_message_id
            """)
        let stored = Dictionary(
            uniqueKeysWithValues: try rows.map { row throws -> (String, Int) in (try row["sid"], try row["count"]) })
        for sid in harbour.acknowledged.withLock({ $0 }) { #expect(stored[sid] == 1, "\(sid) was acknowledged") }
        let silent = try await harbour.count(
            """
            select count(*) from parley.turns t where not exists (
                select from parley.decisions d where d.turn_id = t.id and d.gate <> 'received')
            """)
        #expect(silent == 0, "turns without a reason")
        #expect(try await harbour.count("select count(*) from parley.jobs where state = 'dead'") == 0)
    }

    /// No message reached a phone twice, and no turn was answered by two.
    private func nothingIsDoubled(_ harbour: Harbour, _ bubbles: [PaperTwilio.Bubble]) async throws {
        let sent = Dictionary(grouping: bubbles, by: \.message)
        for (message, copies) in sent where copies.count > 1 {
            Issue.record("\(message) is on the phone \(copies.count) times")
        }
        let rows = try await harbour.database.owner.query(
            """
            select id::text as id, turn_id::text as turn, status, provider_message_id as sid from parley.messages
            where direction = 'outbound' and author = 'ai'
            """)
        var answers: [String: Int] = [:]
        for row in rows {
            let (id, turn, status): (String, String, String) = (try row["id"], try row["turn"], try row["status"])
            guard let bubble = sent[id]?.first else {
                #expect(
                    ["cancelled", "unknown", "failed"].contains(status), "\(id) is \(status), and no phone shows it")
                continue
            }
            answers[turn, default: 0] += 1
            #expect(["sent", "delivered", "read"].contains(status), "\(id) is on a phone and is \(status)")
            #expect(try row["sid"] == bubble.sid)
        }
        for (turn, count) in answers where count > 1 { Issue.record("turn \(turn) was answered \(count) times") }
        #expect(!answers.isEmpty, "nobody was answered: the test proved nothing")
    }

    /// Nothing of a machine began its way after a person had taken over.
    private func nothingIsSaidOverAPerson(_ harbour: Harbour, _ bubbles: [PaperTwilio.Bubble]) async throws {
        let rows = try await harbour.database.owner.query(
            """
            select messages.id::text as id from parley.messages join public.takeovers using (conversation_id)
            where direction = 'outbound' and epoch is not null and sending_since > takeovers.at
            """)
        for row in rows { Issue.record("\(try row["id"] as String) was sent after a person took over") }
        // Nor written: what was queued under a person's eyes would be a reply of the machine all the same.
        let written = try await harbour.count(
            """
            select count(*) as count from parley.messages join public.takeovers using (conversation_id)
            where direction = 'outbound' and author = 'ai' and status in ('sent', 'delivered', 'read')
                and coalesce(sending_since, created_at) > takeovers.at
            """)
        #expect(written == 0, "the machine wrote after a person took over")
        let queued = try await harbour.count(
            """
            select count(*) from parley.messages join public.takeovers using (conversation_id)
            where status = 'queued' and epoch is not null
            """)
        #expect(queued == 0)
    }
}
