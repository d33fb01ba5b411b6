import FoundationEssentials
import Postgres
import Store

/// What a sent message leaves behind: one transaction, before the socket sees anything.
struct SentCopies: Sendable {
    let database: LineDatabase

    /// The ratchets, the copy for retries and the id on our row.
    func keep(_ moved: [LineKey: [UInt8]], _ pending: PendingMessage, and more: [Query] = []) async throws {
        let copy = try database.keys.keep(pending.copy, for: pending.row, of: database.line, at: database.now)
        try await database.commit(try database.store(moved) + copy + more)
    }
}
