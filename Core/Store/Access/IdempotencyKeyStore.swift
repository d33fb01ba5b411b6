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
                on conflict (user_id, key) do update set busy_until = \(until), claim = idempotency_keys.claim + 1
                    where idempotency_keys.fingerprint = \(fingerprint) and idempotency_keys.status is null
                        and idempotency_keys.busy_until <= \(now)
                returning subject_id, claim
                """,
                """
                select fingerprint, status, content_type, location, body from idempotency_keys
                where user_id = \(user) and key = \(key)
                """,
            ])
        if let row = answers[0].first {
            return .run(IdempotentTry(user: user, key: key, subject: try row["subject_id"], claim: try row["claim"]))
        }
        guard let row = answers[1].first else { return .busy }
        guard try row["fingerprint"] == fingerprint else { return .otherRequest }
        guard let status: Int = try row["status"], let body: Data = try row["body"] else { return .busy }
        return .replay(
            IdempotencyAnswer(
                status: status, contentType: try row["content_type"], location: try row["location"], body: body))
    }

    /// Nothing happens when another try took over meanwhile: its answer is the one to repeat.
    package func store(_ answer: IdempotencyAnswer, of attempt: IdempotentTry) async throws {
        try await database.pipeline(
            as: attempt.user,
            [
                """
                update idempotency_keys set status = \(answer.status)::integer, content_type = \(answer.contentType),
                    location = \(answer.location), body = \(answer.body), busy_until = null
                where user_id = \(attempt.user) and key = \(attempt.key) and subject_id = \(attempt.subject)
                    and claim = \(attempt.claim)::integer and status is null
                """
            ])
    }

    /// A try that was refused did nothing: the key is free again, unless another try took over.
    package func release(_ attempt: IdempotentTry) async throws {
        try await database.pipeline(
            as: attempt.user,
            [
                """
                delete from idempotency_keys
                where user_id = \(attempt.user) and key = \(attempt.key) and subject_id = \(attempt.subject)
                    and claim = \(attempt.claim)::integer and status is null
                """
            ])
    }
}

/// One try of a write, which holds its key until its time is over.
package struct IdempotentTry: Sendable, Equatable {
    let user: UserID
    let key: String
    /// The id of what it creates, the same for every try.
    package let subject: UUID
    let claim: Int
}

package struct IdempotencyAnswer: Sendable, Equatable {
    package let status: Int
    package let contentType: String?
    /// Of what was created.
    package let location: String?
    package let body: Data

    package init(status: Int, contentType: String?, location: String?, body: Data) {
        self.status = status
        self.contentType = contentType
        self.location = location
        self.body = body
    }
}

package enum IdempotencyClaim: Sendable, Equatable {
    /// This try is the one to run.
    case run(IdempotentTry)
    case replay(IdempotencyAnswer)
    /// Another try is running.
    case busy
    /// The key was used for something else.
    case otherRequest
}
