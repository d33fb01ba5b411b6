import Domain
import FoundationEssentials
import Postgres
import Store

/// The database as the holder of one line sees it: everything written is fenced, every secret sealed.
final class LineDatabase: Sendable {
    let line: HeldLine
    let keys: LineKeys
    private let database: Database
    private let clock: WallClock

    init(_ line: HeldLine, _ environment: LineEnvironment) {
        self.line = line
        keys = LineKeys(line: line, box: environment.box)
        database = environment.database
        clock = environment.clock
    }

    /// The road's time.
    var now: Date { clock.now() }

    /// One transaction about this line.
    @discardableResult
    func commit(_ queries: [Query]) async throws -> [[Row]] {
        try await database.pipeline(holding: line, queries)
    }

    /// One transaction about this line, for what needs a decision in the middle.
    func transaction<Result: Sendable>(_ body: (Connection) async throws -> Result) async throws -> Result {
        try await database.transaction(holding: line, body)
    }

    /// Reads about this line, in one round trip.
    func read(_ queries: [Query]) async throws -> [[Row]] {
        try await database.pipeline(reading: line, queries)
    }

    // MARK: Secrets

    /// Those of the named secrets that there are.
    func secrets(_ names: [LineKey]) async throws -> [LineKey: [UInt8]] {
        try keys.opened(try await read([keys.load(names)])[0])
    }

    func secret(_ name: LineKey) async throws -> [UInt8]? {
        try await secrets([name])[name]
    }

    func store(_ secrets: [LineKey: [UInt8]], replacing: Bool = true) throws -> [Query] {
        try keys.store(secrets, replacing: replacing, at: now)
    }
}
