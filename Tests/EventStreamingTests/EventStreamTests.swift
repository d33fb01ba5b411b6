import Domain
import FoundationEssentials
import NIOPosix
import Outbound
import Postgres
import Store
import Support
import Synchronization
import Testing
import Web

@testable import Access
@testable import EventStream

/// `GET /api/v1/events/stream` over real sockets and a real database.
@Suite(.serialized, .timeLimit(.minutes(5))) struct EventStreamTests {
    /// For a load balancer; no host forwards it.
    @Test func itSaysThatItLives() async throws {
        try await Stage.with { stage in
            let url = "http://127.0.0.1:\(stage.port)"
            let http = HTTPClient.live(allowedPrivate: [url])
            let health = try await http.send(OutboundRequest(method: "GET", url: url + "/health", timeout: 5))
            #expect(health.status == 200 && health.body == Array("ok\n".utf8))
            let other = try await http.send(OutboundRequest(method: "GET", url: url + "/healthy", timeout: 5))
            #expect(other.status == 404)
        }
    }

    @Test func eventsArriveInOrderAndOnlyOnesOwn() async throws {
        try await Stage.with { stage in
            let (alice, bob) = (try await stage.signUp("alice"), try await stage.signUp("bob"))
            let viewer = try await stage.watch(alice)
            #expect(viewer.status == 200 && viewer.text.lowercased().contains("content-type: text/event-stream"))
            #expect(
                viewer.text.contains("retry: 2000\n") && viewer.text.lowercased().contains("cache-control: no-store"))
            for mark in 0..<5 {
                try await stage.write("a\(mark)", for: alice)
                try await stage.write("b\(mark)", for: bob)
            }
            try await viewer.wait("alice's events") { $0.events.count >= 5 }
            #expect(viewer.events.map(\.mark) == ["a0", "a1", "a2", "a3", "a4"])
            let polled = try await stage.polled(alice).suffix(5)
            #expect(viewer.events.map(\.data) == polled.map { String(decoding: $0.json.bytes, as: UTF8.self) })
            #expect(viewer.events.map(\.id) == polled.map { $0.position.cursor.text })
        }
    }

    /// The idle look comes only after five seconds: what is faster was notified.
    @Test func aWriteWakesTheViewerAtOnce() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let viewer = try await stage.watch(alice)
            try await stage.write("first", for: alice)
            try await viewer.wait("the first") { $0.events.count == 1 }
            var slowest = Duration.zero
            for number in 2...6 {
                let start = ContinuousClock.now
                try await stage.write("next", for: alice)
                try await viewer.wait("the next") { $0.events.count == number }
                slowest = max(slowest, ContinuousClock.now - start)
            }
            #expect(slowest < .seconds(EventFeed.idlePause))
        }
    }

    @Test func aReturningViewerMissesNothingAndSeesNothingTwice() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let first = try await stage.watch(alice)
            try await stage.write("1", for: alice)
            try await first.wait("one") { $0.events.count == 1 }
            await first.close()
            for mark in 2...250 { try await stage.write("\(mark)", for: alice) }
            let again = try await stage.view(alice, headers: [("Last-Event-ID", try #require(first.lastID))])
            try await again.wait("the rest, over several pages") { $0.events.count >= 249 }
            #expect(again.events.compactMap(\.mark) == (2...250).map(String.init))
            // A browser repeats its first address; what it saw last wins.
            let both = try await stage.view(
                alice, query: "?after=0", headers: [("Last-Event-ID", try #require(again.lastID))])
            try await stage.write("251", for: alice)
            try await both.wait("the newest") { !$0.events.isEmpty }
            #expect(both.events.map(\.mark) == ["251"])
            let all = try await stage.view(alice, query: "?after=0")
            try await all.wait("all") { $0.events.compactMap(\.mark).count >= 251 }
        }
    }

    /// As texts "100" comes before "99": viewers would see pages again, or miss them, each time the count grows by a digit.
    @Test func transactionsAreOrderedAsNumbers() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            for transaction in [100, 99] {
                try await stage.database.owner.query(
                    """
                    insert into parley.events (organization_id, type, subject_id, data, at, transaction_id)
                    values (\(alice.organization), 'test', \(UUID()), jsonb_build_object('mark', \(transaction)::text), now(),
                        \(String(transaction))::xid8)
                    """)
            }
            let all = try await stage.view(alice, query: "?after=0")
            try await all.wait("both") { $0.events.compactMap(\.mark).count >= 2 }
            #expect(all.events.compactMap(\.mark) == ["99", "100"])
            let late = try await stage.watch(alice)
            try await stage.write("new", for: alice)
            try await late.wait("the new one") { !$0.events.isEmpty }
            #expect(late.events.map(\.mark) == ["new"], "whoever comes now starts at the end")
        }
    }

    @Test func aSlowTransactionsEventIsNeitherLostNorMisplaced() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let viewer = try await stage.watch(alice)
            try await stage.database.app.transaction(for: alice.organization) { slow in
                _ = try await slow.query(try Stage.event("slow", for: alice))
                try await stage.write("quick", for: alice)
                try await Task.sleep(for: .milliseconds(200))
                #expect(viewer.events.isEmpty, "the quick one would stand behind the slow one for ever")
            }
            try await viewer.wait("both") { $0.events.count >= 2 }
            #expect(viewer.events.map(\.mark) == ["slow", "quick"])
        }
    }

    @Test func whoMayNotSeeIsToldWhy() async throws {
        try await Stage.with { stage in
            let (alice, bob) = (try await stage.signUp("alice"), try await stage.signUp("bob"))
            func refusal(_ client: StreamClient) async throws -> Int? {
                try await client.wait("the end") { $0.isClosed }
                #expect(client.text.contains("application/problem+json"))
                return client.status
            }
            let port = stage.port
            #expect(try await refusal(try await StreamClient(port: port)) == 401)
            #expect(
                try await refusal(try await StreamClient(port: port, headers: [("Authorization", "Bearer x.y.z")]))
                    == 401)
            #expect(
                try await refusal(try await stage.view(bob, query: "?organization_id=\(alice.organization)")) == 404)
            #expect(
                try await refusal(
                    try await stage.view(bob, headers: [("x-organization-id", alice.organization.text)])) == 404)
            #expect(try await refusal(try await stage.view(bob, query: "?after=nonsense")) == 422)
            #expect(try await refusal(try await stage.view(bob, query: "?since=0")) == 422)
            let lost = try await stage.view(bob, headers: [("Last-Event-ID", "nonsense")])
            #expect(try await refusal(lost) == 422)
            #expect(lost.text.contains(#""field":"last-event-id""#))
            let torn = try await stage.view(
                bob, query: "?organization_id=\(alice.organization)",
                headers: [("x-organization-id", bob.organization.text)])
            #expect(try await refusal(torn) == 422, "neither wins silently")
            #expect(torn.text.contains(#""field":"organization_id""#))
            #expect(try await refusal(try await StreamClient(port: port, path: "/api/v1/events")) == 404)
            #expect(
                try await refusal(
                    try await StreamClient(port: port, method: "POST", headers: [("Content-Length", "0")])) == 405)
        }
    }

    @Test func aCookieIsAcceptedAndRolled() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let viewer = try await StreamClient(
                port: stage.port, path: "/api/v1/events/stream?organization_id=\(alice.organization)",
                headers: [("Cookie", "theme=dark; wa.sid=\(alice.cookie)")])
            try await viewer.wait("the opening") { $0.lastID != nil }
            try await stage.write("hello", for: alice)
            try await viewer.wait("an event") { $0.events.count == 1 }
            #expect(viewer.text.lowercased().contains("set-cookie: wa.sid="))
        }
    }

    /// As it may poll `GET /api/v1/events`; and it is looked at again soon.
    @Test func anAPIKeyWatchesUntilItIsRevoked() async throws {
        try await Stage.with({ ($0.keyCheck, $0.heartbeat) = (0.2, 0.1) }) { stage in try await watched(stage) }
    }

    private func watched(_ stage: Stage) async throws {
        let alice = try await stage.signUp("alice")
        let viewer = try await stage.view(try await stage.makeKey(for: alice, "conversations:read"))
        try await viewer.wait("the opening") { $0.lastID != nil }
        try await stage.write("hello", for: alice)
        try await viewer.wait("an event") { $0.events.count == 1 }
        try await Task.sleep(for: .milliseconds(500))
        #expect(!viewer.isClosed)
        try await stage.database.owner.query("update parley.api_keys set revoked_at = now()")
        try await viewer.wait("the end") { $0.isClosed }
    }

    @Test func anAPIKeyForSomethingElseWatchesNothing() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let key = try await stage.makeKey(for: alice, "messages:read")
            let viewer = try await stage.view(key)
            try await viewer.wait("the refusal") { $0.isClosed }
            #expect(viewer.status == 403)
        }
    }

    @Test func aQuietStreamShowsSignsOfLife() async throws {
        try await Stage.with({ $0.heartbeat = 0.1 }) { stage in
            let viewer = try await stage.view(try await stage.signUp("alice"))
            try await viewer.wait("heartbeats") { $0.text.components(separatedBy: ": still here").count > 3 }
            #expect(viewer.events.isEmpty)
        }
    }

    @Test func aLostListeningConnectionIsReplaced() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let viewer = try await stage.watch(alice)
            try await stage.write("before", for: alice)
            try await viewer.wait("the first") { $0.events.count == 1 }
            try await stage.database.owner.query(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where datname = current_database() and query = 'listen parley_events'
                """)
            for number in 2...4 {
                try await stage.write("after", for: alice)
                try await viewer.wait("event \(number)") { $0.events.count == number }
            }
            #expect(stage.reports.withLock { !$0.isEmpty }, "and it is said")
        }
    }

    /// Notifying costs a lock of the whole cluster: transactions that nobody watches must not pay for it.
    @Test func writersNotifyOnlyWhileSomebodyWatches() async throws {
        try await Stage.with { stage in
            let (alice, bob) = (try await stage.signUp("alice"), try await stage.signUp("bob"))
            let listener = try await Connection.connect(stage.database.appURL)
            try await listener.query("listen parley_events")
            try await stage.write("unseen", for: alice)
            #expect(try await listener.notification(within: 0.1) == nil)
            let viewer = try await stage.watch(alice)
            try await stage.waitForAnnouncement()
            try await stage.write("unseen", for: bob)
            try await stage.write("seen", for: alice)
            #expect(try await listener.notification(within: 30)?.payload == alice.organization.text)
            #expect(try await listener.notification(within: 0.1) == nil)
            await viewer.close()
            await listener.close()
        }
    }
}
