import Domain
import Postgres
import Support
import Testing

@testable import EventStream

/// A stream ends within seconds of what let its viewer in. The long look at everything else does not come in these tests.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SessionEndTests {
    private func ends(_ change: (Stage, Stage.Visitor) async throws -> Void) async throws {
        try await Stage.with({ $0.readmission = 3600 }) { stage in
            let (alice, bob) = (try await stage.signUp("alice"), try await stage.signUp("bob"))
            let (viewer, other) = (try await stage.watch(alice), try await stage.watch(bob))
            let began = ContinuousClock.now
            try await change(stage, alice)
            try await viewer.wait("the end") { $0.isClosed }
            #expect(ContinuousClock.now - began < .seconds(10))
            #expect(!other.isClosed, "only whoever may see no more is cut off")
            try await stage.waitForViewers(1)
            await other.close()
        }
    }

    @Test func loggingOutEndsTheStream() async throws {
        try await ends { stage, alice in
            try await stage.database.owner.query(
                """
                delete from parley.sessions s using parley.memberships m
                where m.user_id = s.user_id and m.organization_id = \(alice.organization)
                """)
        }
    }

    @Test func aSessionThatRunsOutEndsTheStream() async throws {
        try await ends { stage, alice in
            try await stage.database.owner.query(
                """
                update parley.sessions s set expires_at = now() - interval '1 second' from parley.memberships m
                where m.user_id = s.user_id and m.organization_id = \(alice.organization)
                """)
        }
    }

    @Test func whoIsNoMemberAnyMoreIsCutOff() async throws {
        try await ends { stage, alice in
            try await stage.database.owner.query(
                "delete from parley.memberships where organization_id = \(alice.organization)")
        }
    }

    /// A database that is away for a moment ends nobody.
    @Test func aFailedLookEndsNobody() async throws {
        try await Stage.with({ ($0.sessionCheck, $0.readmission) = (0.1, 3600) }) { stage in
            let alice = try await stage.signUp("alice")
            let viewer = try await stage.watch(alice)
            try await stage.database.owner.query("alter function parley.open_session rename to away")
            try await stage.waitForReport("the viewers' sessions could not be checked")
            #expect(!viewer.isClosed)
            try await stage.database.owner.query("alter function parley.away rename to open_session")
            await viewer.close()
        }
    }
}
