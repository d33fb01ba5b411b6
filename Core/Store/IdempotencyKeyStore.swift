package import Domain
package import FoundationEssentials
package import Postgres

/// Answers of writes that carried an `Idempotency-Key`, per user, for 24 hours.
package struct IdempotencyKeyStore: Sendable {
    private let database: Database
    /// How long a try may take before another process may run it again, seconds: more than a function's time-out.
    private static let lease = 60.0

    package init(database: Database) {
        self.database = database
    }

    /// Claims the key for this try, or says what became of an earlier one.
    package func claim(
        _ key: String, user: UserID, fingerprint: Data, subject: UUID, at now: Date
    ) async throws -> IdempotencyClaim {
        let until = now.addingTimeInterval(Self.lease)
        let answers = try await database.pipeline(
            as: user,
            [
                """
                insert into idempotency_keys (user_id, key, fingerprint, subject_id, busy_until, created_at)
                values (\(user), \(key), \(fingerprint), \(subject), \(until), \(now))
                on conflict (user_id, key) do update set busy_until = \(until)
                    where idempotency_keys.fingerprint = \(fingerprint) and idempotency_keys.status is null
                        and idempotency_keys.busy_until <= \(now)
                returning subject_id
                """,
                """
                select fingerprint, status, content_type, body from idempotency_keys
                where user_id = \(user) and key = \(key)
                """,
            ])
        if let row = answers[0].first { return .run(subject: try row["subject_id"]) }
        guard let row = answers[1].first else { return .busy }
        guard try row["fingerprint"] == fingerprint else { return .otherRequest }
        guard let status: Int = try row["status"], let body: Data = try row["body"] else { return .busy }
        return .replay(status: status, contentType: try row["content_type"], body: body)
    }

    package func store(
        _ key: String, user: UserID, status: Int, contentType: String?, body: Data
    ) async throws {
        try await database.pipeline(
            as: user,
            [
                """
                update idempotency_keys set status = \(status)::integer, content_type = \(contentType), body = \(body),
                    busy_until = null
                where user_id = \(user) and key = \(key)
                """
            ])
    }

    /// A try that was refused or failed did nothing: the key is free again.
    package func release(_ key: String, user: UserID) async throws {
        try await database.pipeline(
            as: user,
            ["delete from idempotency_keys where user_id = \(user) and key = \(key) and status is null"])
    }
}

package enum IdempotencyClaim: Sendable, Equatable {
    /// This try is the one to run; what it creates gets this id.
    case run(subject: UUID)
    case replay(status: Int, contentType: String?, body: Data)
    /// Another try is running.
    case busy
    /// The key was used for something else.
    case otherRequest
}
