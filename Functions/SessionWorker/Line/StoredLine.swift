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

    /// Loads it; a line without keys gets some, stored before anybody sees them.
    static func load(_ line: HeldLine, _ environment: LineEnvironment) async throws -> StoredLine {
        let keys = LineKeys(line: line, box: environment.box)
        let answers = try await environment.database.pipeline(
            reading: line, [.line(line), keys.load([credentialsKey, accountKey])])
        guard let row = answers[0].first else { throw LineLost() }
        let record = try LineRecord(row)
        let stored = try keys.opened(answers[1])
        guard let bytes = stored[credentialsKey] else {
            return StoredLine(
                record: record, credentials: try await make(for: line, keys, environment), account: nil)
        }
        return StoredLine(
            record: record, credentials: try Credentials(serialized: bytes),
            account: try stored[accountKey].map { bytes throws(StorageError) in try LinkedAccount(serialized: bytes) })
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
