import Conversation
import Domain
import FoundationEssentials
import Postgres
import Store
import WhatsAppWire

/// What a line is before it connects: its row, its keys and whose device it is.
struct StoredLine: Sendable {
    let record: LineRecord
    let credentials: Credentials
    /// `nil` until a phone was linked.
    let account: LinkedAccount?

    static let credentialsKey = LineKey(.credentials)
    static let accountKey = LineKey(.account)

    /// Its keys are there and can't be opened, or make no sense. What the owner asks for can still be obeyed.
    struct Unreadable: Error, CustomStringConvertible {
        let record: LineRecord
        let cause: any Error

        var description: String { "a line's keys can't be read: \(cause)" }
    }

    /// Its row, whatever became of its keys.
    static func record(of line: HeldLine, _ environment: LineEnvironment) async throws -> LineRecord {
        let answers = try await environment.database.pipeline(reading: line, [.line(line)])
        guard let row = answers[0].first else { throw LineLost() }
        return try LineRecord(row)
    }

    /// Loads it; a line without keys gets some, stored before anybody sees them.
    /// - Throws: `LineLost`, an error of the database, or `Unreadable`.
    static func load(_ line: HeldLine, _ environment: LineEnvironment) async throws -> StoredLine {
        let keys = LineKeys(line: line, box: environment.box)
        let answers = try await environment.database.pipeline(
            reading: line, [.line(line), keys.load([credentialsKey, accountKey])])
        guard let row = answers[0].first else { throw LineLost() }
        let record = try LineRecord(row)
        if let stored = try opened(answers[1], keys, record) { return stored }
        return StoredLine(record: record, credentials: try await make(for: line, keys, environment), account: nil)
    }

    /// - Returns: `nil` when there are no keys yet.
    private static func opened(_ rows: [Row], _ keys: LineKeys, _ record: LineRecord) throws -> StoredLine? {
        do {
            let stored = try keys.opened(rows)
            guard let bytes = stored[credentialsKey] else { return nil }
            return StoredLine(
                record: record, credentials: try Credentials(serialized: bytes),
                account: try stored[accountKey].map { bytes throws(StorageError) in
                    try LinkedAccount(serialized: bytes)
                })
        } catch {
            throw Unreadable(record: record, cause: error)
        }
    }

    private static func make(
        for line: HeldLine, _ keys: LineKeys, _ environment: LineEnvironment
    ) async throws -> Credentials {
        var random = SystemRandomNumberGenerator()
        let credentials = Credentials.generate(using: &random)
        try await environment.database.pipeline(
            holding: line,
            try keys.store([credentialsKey: credentials.serialized], at: environment.clock.now()))
        environment.faults.reach(.lineCredentials)
        return credentials
    }
}
