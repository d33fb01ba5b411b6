package import Domain
import FoundationEssentials
package import Outbound
package import Postgres
package import Store

/// Everything that a turn takes from outside: the clock, ids and chance, what is in the database, answers of models, tools and
/// providers. Nothing of a turn goes past it, so that a turn can be recorded and played again (`TurnTape`, `TurnReplay`).
package struct TurnEffects: Sendable {
    package var clock: WallClock
    package var ids: IDSource
    package var randomness: Randomness
    package var http: HTTPClient
    package var state: any TurnState
    /// Waits real seconds between two tries.
    package var pause: @Sendable (Double) async -> Void
    /// Told which turn it is.
    package var began: @Sendable (TurnID, ConversationID) -> Void
    /// Told what the turn decided and wrote, apart from what it cost.
    package var wrote: @Sendable ([Query]) -> Void

    package init(
        clock: WallClock, ids: IDSource, randomness: Randomness, http: HTTPClient, state: any TurnState,
        pause: @escaping @Sendable (Double) async -> Void = { try? await Task.sleep(for: .seconds($0)) },
        began: @escaping @Sendable (TurnID, ConversationID) -> Void = { _, _ in },
        wrote: @escaping @Sendable ([Query]) -> Void = { _ in }
    ) {
        self.clock = clock
        self.ids = ids
        self.randomness = randomness
        self.http = http
        self.state = state
        self.pause = pause
        self.began = began
        self.wrote = wrote
    }
}

/// The database as a turn sees it: for one organization, each question under a name.
package protocol TurnState: Sendable {
    /// A transaction that reads, decides and writes; `more` reads and writes within it. `booking` is committed before it and
    /// apart from it, in the same round trip.
    func transaction<Result: Sendable>(
        _ name: String, for organization: OrganizationID, durability: Durability, booking: [Query], reading: [Query],
        _ decide: (_ more: @escaping TurnQuestion, _ answers: [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result>

    /// Reads what holds secrets. `concealing` puts something in their place, and only what it returns is answered and recorded; a
    /// replay has that already and doesn't call it.
    func read(
        _ name: String, for organization: OrganizationID, _ queries: [Query],
        concealing: ([[Row]]) throws -> [[Row]]
    ) async throws -> [[Row]]

    /// Writes what was spent, whatever becomes of the turn.
    func book(_ bookings: [Query], for organization: OrganizationID) async throws
}

extension TurnState {
    func transaction<Result: Sendable>(
        _ name: String, for organization: OrganizationID, reading: [Query],
        _ decide: (_ more: @escaping TurnQuestion, _ answers: [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Result {
        try await transaction(
            name, for: organization, durability: .inOrder, booking: [], reading: reading, decide
        ).result
    }

    func read(_ name: String, for organization: OrganizationID, _ queries: [Query]) async throws -> [[Row]] {
        try await read(name, for: organization, queries) { $0 }
    }
}

package typealias TurnQuestion = (_ name: String, _ queries: [Query]) async throws -> [[Row]]

/// The database itself. Nobody outside relies on what a turn writes before its reply is marked as sending.
package struct LiveTurnState: TurnState {
    let database: Database

    package init(_ database: Database) {
        self.database = database
    }

    package func transaction<Result: Sendable>(
        _ name: String, for organization: OrganizationID, durability: Durability, booking: [Query], reading: [Query],
        _ decide: (@escaping TurnQuestion, [[Row]]) async throws -> (Result, writes: [Query])
    ) async throws -> Committed<Result> {
        try await database.committing(for: organization, durability: durability, first: booking, reading: reading) {
            connection, answers in
            try await decide({ try await connection.pipeline($1) }, answers)
        }
    }

    package func read(
        _ name: String, for organization: OrganizationID, _ queries: [Query],
        concealing: ([[Row]]) throws -> [[Row]]
    ) async throws -> [[Row]] {
        try concealing(try await database.pipeline(for: organization, queries))
    }

    package func book(_ bookings: [Query], for organization: OrganizationID) async throws {
        try await database.pipeline(for: organization, durability: .inOrder, bookings)
    }
}
