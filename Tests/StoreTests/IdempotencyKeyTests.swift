import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing

/// A try that outlives its time is taken for dead; what it does afterwards must not undo what the next one did.
@Suite struct IdempotencyKeyTests {
    private static let began = Date(timeIntervalSince1970: 1_795_369_234)
    private static let fingerprint = Data(repeating: 7, count: 32)

    private struct Stage {
        let store: IdempotencyKeyStore
        let user = UserID(UUID())

        func claim(after seconds: Double) async throws -> IdempotencyClaim {
            try await store.claim(
                "key", user: user, fingerprint: fingerprint, subject: UUID(), at: began.addingTimeInterval(seconds))
        }

        /// A try that may run.
        func attempt(after seconds: Double) async throws -> IdempotentTry {
            guard case .run(let attempt) = try await claim(after: seconds) else {
                throw TestSetupError("the key is not free")
            }
            return attempt
        }
    }

    private func staged(_ body: (Stage) async throws -> Void) async throws {
        try await TestDatabase.with { db in
            let stage = Stage(store: IdempotencyKeyStore(database: db.app))
            try await db.owner.query(
                """
                insert into parley.users (id, email, password_hash, created_at, updated_at)
                values (\(stage.user), 'a@example.com', '-', now(), now())
                """)
            try await body(stage)
        }
    }

    private static func answer(_ text: String) -> IdempotencyAnswer {
        IdempotencyAnswer(status: 201, contentType: "application/json", location: "/\(text)", body: Data(text.utf8))
    }

    @Test func aTryThatWasTakenForDeadDoesNotReplaceTheAnswer() async throws {
        try await staged { stage in
            let slow = try await stage.attempt(after: 0)
            #expect(try await stage.claim(after: 59) == .busy)
            let second = try await stage.attempt(after: 61)
            #expect(second.subject == slow.subject, "both write the same row")
            try await stage.store.store(Self.answer("second"), of: second)
            try await stage.store.store(Self.answer("slow"), of: slow)
            #expect(try await stage.claim(after: 62) == .replay(Self.answer("second")))
        }
    }

    @Test func aTryThatWasTakenForDeadStoresNothingWhileTheNextOneRuns() async throws {
        try await staged { stage in
            let slow = try await stage.attempt(after: 0)
            let second = try await stage.attempt(after: 61)
            try await stage.store.store(Self.answer("slow"), of: slow)
            try await stage.store.release(slow)
            #expect(try await stage.claim(after: 62) == .busy, "the second try still holds the key")
            try await stage.store.store(Self.answer("second"), of: second)
            #expect(try await stage.claim(after: 63) == .replay(Self.answer("second")))
        }
    }

    @Test func aRefusedTryFreesItsKey() async throws {
        try await staged { stage in
            try await stage.store.release(try await stage.attempt(after: 0))
            _ = try await stage.attempt(after: 1)
        }
    }
}
