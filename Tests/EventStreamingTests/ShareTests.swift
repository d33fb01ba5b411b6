import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Synchronization
import Testing

@testable import EventStream

/// No viewer, organization or user takes what others need: places, memory, time.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ShareTests {
    /// The host's own Postgres has room for what is declared.
    @Test func theDeclarationCountsTheConnections() throws {
        #expect(try Declared.connections(of: "EventStream") == Main.connections)
    }

    @Test func viewersAreBounded() async throws {
        try await Stage.with({ ($0.viewers, $0.viewersPerOrganization) = (3, 2) }) { stage in
            let (alice, bob) = (try await stage.signUp("alice"), try await stage.signUp("bob"))
            let first = [try await stage.watch(alice), try await stage.watch(alice)]
            try await isRefused(alice, stage)
            let last = try await stage.watch(bob)
            #expect(last.status == 200, "an organization's share leaves room for others")
            try await isRefused(bob, stage)
            await first[0].close()
            // Its place is free as soon as its leaving was noticed.
            var admitted = false
            let deadline = ContinuousClock.now + .seconds(60)
            while !admitted, ContinuousClock.now < deadline {
                let next = try await stage.view(alice)
                try await next.wait("an answer") { $0.status != nil }
                admitted = next.status == 200
                await next.close()
            }
            #expect(admitted)
        }
    }

    private func isRefused(_ visitor: Stage.Visitor, _ stage: Stage) async throws {
        let refused = try await stage.view(visitor)
        try await refused.wait("the refusal") { $0.isClosed }
        #expect(refused.status == 503 && refused.text.lowercased().contains("retry-after: 5"))
    }

    /// The read that was to ask writers to notify failed: the next one asks.
    @Test func anAnnouncementThatFailedIsMadeByTheNextRead() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            let entered = await stage.stream.feed.enter(UserID(UUID()), of: alice.organization, limits: StreamLimits())
            #expect(entered)
            try await stage.database.owner.query("alter table event_watchers rename to away")
            await #expect(throws: PostgresError.self) {
                _ = try await stage.stream.feed.page(of: alice.organization, after: .start)
            }
            try await stage.database.owner.query("alter table away rename to event_watchers")
            _ = try await stage.stream.feed.page(of: alice.organization, after: .start)
            #expect(try await stage.database.owner.query("select count(*) as n from event_watchers")[0]["n"] == 1)
        }
    }

    /// A process that died said no goodbye; every event of its organization reads its row.
    @Test func processesThatAreGoneAreForgottenAndOthersAreNot() async throws {
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            try await stage.database.owner.query(
                """
                insert into event_watchers (organization_id, watcher, until)
                select \(alice.organization), gen_random_uuid(),
                    clock_timestamp() + n * interval '1 hour' from generate_series(-5, 1) n
                """)
            let watch = EventWatch(database: stage.database.app, watcher: UUID())
            _ = try await watch.page(of: alice.organization, after: .start, limit: 1, announcing: true)
            #expect(try await stage.database.owner.query("select count(*) as n from event_watchers")[0]["n"] == 2)
        }
    }

    /// One person with an organization for every place there is.
    @Test func oneUserDoesNotTakeThePlacesOfAllOrganizations() {
        let user = UserID(UUID())
        var limits = StreamLimits()
        (limits.viewers, limits.viewersPerOrganization, limits.viewersPerUser) = (10, 5, 3)
        var shares = ViewerShares()
        let organizations = (0..<10).map { _ in OrganizationID(UUID()) }
        var taken = 0
        for organization in organizations where shares.enter(user, of: organization, limits: limits) { taken += 1 }
        #expect(taken == 3)
        let another = shares.enter(UserID(UUID()), of: organizations[9], limits: limits)
        #expect(another, "others still find a place")
        shares.leave(user, of: organizations[0])
        let again = shares.enter(user, of: organizations[1], limits: limits)
        #expect(again)
        #expect(shares.count == 4)
    }

    @Test func everyShareIsGivenBack() {
        var shares = ViewerShares()
        var limits = StreamLimits()
        (limits.viewers, limits.viewersPerOrganization, limits.viewersPerUser) = (2, 2, 2)
        let (user, organization) = (UserID(UUID()), OrganizationID(UUID()))
        for _ in 0..<100 {
            let entered = shares.enter(user, of: organization, limits: limits)
            #expect(entered)
            shares.leave(user, of: organization)
        }
        #expect(shares.count == 0 && Array(shares.watched).isEmpty)
    }

    @Test func aUsersShareHoldsOverTheSocket() async throws {
        try await Stage.with({ $0.viewersPerUser = 2 }) { stage in
            let alice = try await stage.signUp("alice")
            let viewers = [try await stage.watch(alice), try await stage.watch(alice)]
            let refused = try await stage.view(alice)
            try await refused.wait("the refusal") { $0.isClosed }
            #expect(refused.status == 503)
            for viewer in viewers { await viewer.close() }
        }
    }

    @Test func connectionsBeyondTheLimitAreClosedAtOnce() async throws {
        try await Stage.with({ $0.connections = 2 }) { stage in
            let alice = try await stage.signUp("alice")
            let viewers = [try await stage.watch(alice), try await stage.watch(alice)]
            // Closed before its request was written, or after.
            if let third = try? await stage.view(alice) {
                try await third.wait("its end") { $0.isClosed }
                #expect(third.status == nil)
            }
            #expect(await stage.stream.feed.count == 2)
            for viewer in viewers { await viewer.close() }
        }
    }

    @Test func aViewerThatDoesNotReadIsCutOffAndHoldsNobodyUp() async throws {
        try await Stage.with({ $0.patience = 0.3 }) { stage in
            let alice = try await stage.signUp("alice")
            let stuck = try await StreamClient(
                port: stage.port, path: "/api/v1/events/stream?after=0", headers: alice.headers, readsNothing: true)
            let lively = try await stage.view(alice, query: "?after=0")
            // Far more than the buffers of two sockets.
            try await stage.fill(alice, events: 100, bytes: 200_000)
            try await lively.wait("all events") { $0.text.contains("\"mark\":\"100\"") }
            try await stage.waitForViewers(1)
            await lively.close()
            try await stage.waitForViewers(0)
            await stuck.close()
        }
    }

    /// What waits for a viewer that does not read is one piece, however much there is to say.
    @Test func whatIsHandedOverAtOnceIsBounded() async throws {
        let sizes = Mutex<[Int]>([])
        try await Stage.with { stage in
            let alice = try await stage.signUp("alice")
            try await stage.fill(alice, events: 300, bytes: 2_000)
            let limits = StreamLimits()
            let viewer = Viewer(
                organization: alice.organization, feed: stage.stream.feed, limits: limits,
                readmission: limits.readmission, isAdmitted: { true },
                write: { text in
                    sizes.withLock { $0.append(text.utf8.count) }
                    // As if there were no room: the next piece is not made before this one is gone.
                    if sizes.withLock({ $0.reduce(0, +) }) > 300_000 { throw CancellationError() }
                })
            await #expect(throws: CancellationError.self) { try await viewer.run(from: .start) }
            #expect(sizes.withLock { $0.max() ?? 0 } <= limits.piece)
            #expect(sizes.withLock { $0.count } > 5)
        }
    }
}
