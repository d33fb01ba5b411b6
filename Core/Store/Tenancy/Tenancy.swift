package import Domain
package import Postgres

/// What is certain about a transaction once it is committed.
package enum Durability: Sendable {
    /// It survives the death of the server. For whatever the world outside relies on next: an acknowledgement to whoever
    /// delivered a message, a message handed to a provider, an answer to a person.
    case onDisk
    /// A server that dies within the next moments may forget it, together with everything after it and never without it:
    /// Postgres writes its log in order, so a later transaction that is on disk carries this one with it. For steps that
    /// are only done again when they are forgotten. It saves the wait for the disk.
    /// Source: PostgreSQL manual, "Asynchronous Commit".
    case inOrder
    /// It survives the death of the server once the caller has its answer, and others may have its locks before: the wait for
    /// the disk comes behind the commit. For transactions that hold what many wait for.
    case onDiskBehind
}

extension Database {
    /// A transaction that works for one organization: row-level security shows and accepts only its rows. The setting is
    /// local to the transaction, so a pooled connection can't carry it to the next caller.
    package func transaction<Result: Sendable>(
        for organization: OrganizationID, durability: Durability = .onDisk,
        _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await transaction(for: organization.text, opening: [.enter(organization, durability)], body)
    }

    /// A transaction for one organization that reads, decides and writes, in two round trips. It is repeated as a whole when it
    /// meets another one (`PostgresError.isRetryable`): `decide` has no effects but its answer.
    /// - Parameter first: committed as a transaction of its own before this one begins, in the same round trip.
    package func committing<Result: Sendable>(
        for organization: OrganizationID, durability: Durability = .onDisk, first: [Query] = [],
        reading queries: [Query], _ decide: (Connection, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        let entering = Query.enter(organization, durability)
        let behind = durability == .onDiskBehind ? Query.flush : nil
        return try await committing(
            for: organization.text, behind: behind, first: first.isEmpty ? [] : [entering] + first,
            reading: [entering] + queries
        ) {
            connection, answers in
            try await decide(connection, Array(answers.dropFirst()))
        }
    }

    /// The same, for who doesn't ask for answers to what is written.
    package func transaction<Result: Sendable>(
        for organization: OrganizationID, durability: Durability = .onDisk, first: [Query] = [],
        reading queries: [Query], _ decide: (Connection, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Result {
        try await committing(for: organization, durability: durability, first: first, reading: queries, decide).result
    }

    /// The pipeline as one transaction for one organization, in one round trip; repeated when it meets another one. What ends
    /// the pipeline ends the transaction: neither BEGIN nor COMMIT costs a statement of its own.
    @discardableResult
    package func pipeline(
        for organization: OrganizationID, durability: Durability = .onDisk, _ queries: [Query]
    ) async throws -> [[Row]] {
        try await repeating {
            try await withConnection(for: organization.text) { connection in
                Array(try await connection.pipeline([.enter(organization, durability)] + queries).dropFirst())
            }
        }
    }
}

extension Query {
    /// Names the organization for the rest of the transaction. `set_config(..., true)` takes a parameter, `SET LOCAL` does not.
    package static func enter(_ organization: OrganizationID, _ durability: Durability = .onDisk) -> Query {
        switch durability {
        case .onDisk: "select set_config('parley.organization', \(organization.text), true)"
        case .inOrder, .onDiskBehind:
            """
            select set_config('parley.organization', \(organization.text), true),
                set_config('synchronous_commit', 'off', true)
            """
        }
    }

    /// A transaction of its own that writes next to nothing and waits for the disk, and so for everything committed before it.
    static let flush: Query = "select pg_logical_emit_message(true, 'parley', '')"

    /// For a transaction that began as `.inOrder` and has to be on disk after all.
    package static let onDisk: Query = "set local synchronous_commit = on"
    /// For a transaction that works for no organization in particular.
    static let inOrder: Query = "select set_config('synchronous_commit', 'off', true)"
}

extension ID: Bindable {
    package var bind: Bind { rawValue.bind }
}

extension ID: RowDecodable {
    package init?(postgresText: String) {
        self.init(postgresText)
    }
}
