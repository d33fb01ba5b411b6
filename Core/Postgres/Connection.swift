import Blocking
import CPostgres
import Glibc
import Synchronization

/// One libpq connection on a queue of its own. Use it through `Database`, which leases it to one caller at a time.
///
/// Every statement is prepared once per connection and found again by its SQL text, so a repeated query costs neither
/// parsing nor planning. Statements run in the text format; the session's time zone is UTC.
package actor Connection {
    /// Prepared statements kept per connection; further statements run unprepared.
    private static let preparedLimit = 256
    /// Whose session it is: behind a pooler another process answers than the one that was connected to. Asked before anything
    /// else, so that `pg_stat_activity` shows what was.
    private static let session: Query = "select pg_backend_pid() as pid"
    /// Seconds after which a session that only listens says something: proxies (RDS Proxy) end those that are silent for long.
    private static let longestSilence = 300.0
    /// Pieces that a server may have said to an idle connection.
    private static let mostNotes = 8

    private let executor: QueueExecutor
    /// Guarded by the actor; `PGconn *`. `nil` after `close`.
    private var handle: OpaquePointer?
    private var prepared: [String: String] = [:]
    private var spokeAt = ContinuousClock.now
    private let statementTimeout: Double
    private let preparation: Preparation
    /// The socket; -1 before `open`. Read by the pool while nobody uses the connection.
    private let descriptor = Atomic<Int32>(-1)

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init(statementTimeout: Double, preparation: Preparation) {
        executor = QueueExecutor(label: "postgres")
        self.statementTimeout = statementTimeout
        self.preparation = preparation
    }

    /// Connects or throws within `connectTimeout` seconds. `url` is a libpq connection string or URI.
    package static func connect(
        _ url: String, connectTimeout: Int = 5, statementTimeout: Double = 30
    ) async throws(PostgresError) -> Connection {
        try await connect(
            url, connectTimeout: connectTimeout, statementTimeout: statementTimeout, preparation: Preparation())
    }

    static func connect(
        _ url: String, connectTimeout: Int = 5, statementTimeout: Double, preparation: Preparation
    ) async throws(PostgresError) -> Connection {
        let connection = Connection(statementTimeout: statementTimeout, preparation: preparation)
        try await connection.open(url, connectTimeout: connectTimeout)
        return connection
    }

    /// What a session needs that is not one of Parley's own roles; those have it from the migrator (`MigrationRoles`). Not as
    /// start-up `options`: poolers refuse them.
    private static let settings: [Query] = [
        "set timezone = 'UTC'", "set datestyle = 'ISO'", "set search_path = parley, public",
        "set idle_in_transaction_session_timeout = '15s'", "set jit = off",
    ]

    private func open(_ url: String, connectTimeout: Int) throws(PostgresError) {
        // libpq reads options in order and lets the later one win: ours stand before the caller's string.
        let keywords = ["connect_timeout", "client_encoding", "application_name", "dbname"]
        let values = [String(connectTimeout), "UTF8", "parley", url]
        let connected = withCStrings(keywords) { keywords in
            withCStrings(values) { values in PQconnectdbParams(keywords, values, 1) }
        }
        guard let connected, PQstatus(connected) == CONNECTION_OK else {
            let detail =
                connected.map { Self.complaint(of: $0, about: url) }
                ?? "libpq.so.5 of version 14 or later can't be loaded"
            connected.map(PQfinish)
            throw PostgresError(.connection, detail: detail)
        }
        PQsetErrorVerbosity(connected, PQERRORS_DEFAULT)
        PQsetNoticeProcessor(connected, { _, _ in }, nil)
        handle = connected
        descriptor.store(PQsocket(connected), ordering: .relaxed)
        let user = PQuser(connected).map { String(cString: $0) } ?? ""
        if !user.hasPrefix("parley_") { try pipeline(Self.settings, within: Double(connectTimeout)) }
    }

    /// libpq quotes what it can't read of a connection string, and the password may be in that.
    private static func complaint(of connection: OpaquePointer, about url: String) -> String {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            PQfreemem(message)
            return "the connection string is none that libpq can read"
        }
        PQconninfoFree(options)
        return String(cString: PQerrorMessage(connection))
    }

    package var isUsable: Bool {
        handle.map { PQstatus($0) == CONNECTION_OK } ?? false
    }

    /// True between BEGIN and COMMIT or ROLLBACK, or in a failed transaction.
    package var isInTransaction: Bool {
        handle.map { PQtransactionStatus($0) != PQTRANS_IDLE } ?? false
    }

    /// True when the server has said nothing since the last answer: an idle connection that it closed would be readable. For a
    /// connection that nobody uses.
    nonisolated var isSilent: Bool {
        var watched = pollfd(fd: descriptor.load(ordering: .relaxed), events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) == 0
    }

    /// Reads what the server has said. False when that was its end.
    func isAlive() -> Bool {
        guard let handle else { return false }
        // A goodbye comes first, then the end itself.
        for _ in 0..<Self.mostNotes where !isSilent {
            guard PQconsumeInput(handle) == 1 else { return false }
        }
        return isSilent && PQstatus(handle) == CONNECTION_OK
    }

    /// Ends a transaction that was left open: a refused statement leaves it so, and failed. False when the connection is of no
    /// more use.
    func settle() -> Bool {
        guard isUsable else { return false }
        if isInTransaction { _ = try? query("rollback") }
        return isUsable && !isInTransaction
    }

    package func close() {
        handle.map(PQfinish)
        handle = nil
    }

    isolated deinit {
        handle.map(PQfinish)
    }

    /// Runs one statement and returns its rows.
    @discardableResult
    package func query(_ query: Query) throws(PostgresError) -> [Row] {
        try pipeline([query])[0]
    }

    /// Sends all statements at once and reads all answers: one round trip. They run in order; after a failure the rest
    /// are skipped and the failure is thrown. Outside a transaction the whole pipeline is one implicit transaction; a pool's first
    /// one has a `select` before it, so what must be alone (VACUUM) or first (an isolation level) goes through `script`.
    @discardableResult
    package func pipeline(_ queries: [Query]) throws(PostgresError) -> [[Row]] {
        try pipeline(queries, within: statementTimeout)
    }

    /// Throws unless somebody answers in so many seconds.
    func prove(within seconds: Double) throws(PostgresError) {
        try pipeline([preparation.state == .unknown ? "select" : Self.session], within: seconds)
    }

    @discardableResult
    private func pipeline(_ queries: [Query], within seconds: Double) throws(PostgresError) -> [[Row]] {
        guard !queries.contains(where: { $0.binds.contains(where: \.holdsNUL) }) else { throw .holdsNUL }
        let handle = try usable()
        spokeAt = .now
        var exchange = PipelineExchange(handle: handle, deadline: ContinuousClock.now + .seconds(seconds))
        let asksWho = preparation.state == .unknown
        do throws(PostgresError) {
            var answers = try exchange.run((asksWho ? [Self.session] : []) + queries) { sql in name(for: sql) }
            if asksWho, let pid: Int = try answers.removeFirst().first?["pid"] {
                preparation.state = pid == Int(PQbackendPID(handle)) ? .lasting : .lost
            }
            return answers
        } catch {
            if error.code != .server { close() }
            if error.isAboutPreparation { preparation.state = .lost }
            // A statement whose preparation failed or was skipped is not there; forget every name this pipeline gave out.
            for sql in exchange.newlyNamed { prepared[sql] = nil }
            throw error
        }
    }

    /// Runs a script of several statements separated by `;` without parameters: migrations and nothing else. It may take as long
    /// as the server lets it.
    package func script(_ sql: String) throws(PostgresError) {
        let handle = try usable()
        let result = PQexec(handle, sql)
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY else {
            throw PostgresError(result: result)
        }
    }

    /// Waits up to `seconds` for a notification on a channel this connection listens to (`LISTEN name`).
    /// Returns its payload, or `nil` when none came. Blocks this connection: listen on one of its own.
    package func notification(within seconds: Double) throws(PostgresError) -> (channel: String, payload: String)? {
        if ContinuousClock.now - spokeAt > .seconds(Self.longestSilence) { try query("select") }
        let handle = try usable()
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let notification = PQnotifies(handle) {
                defer { PQfreemem(notification) }
                return (String(cString: notification.pointee.relname), String(cString: notification.pointee.extra))
            }
            guard try waitForSocket(handle, until: deadline) else { return nil }
            guard PQconsumeInput(handle) == 1 else { throw PostgresError(connection: handle) }
        }
    }

    private func usable() throws(PostgresError) -> OpaquePointer {
        guard let handle, PQstatus(handle) == CONNECTION_OK else {
            throw PostgresError(.connection, detail: "the connection is closed")
        }
        return handle
    }

    /// The prepared name for a statement, and whether it still has to be prepared.
    private func name(for sql: String) -> (name: String, isNew: Bool) {
        guard preparation.state == .lasting else { return ("", true) }
        if let name = prepared[sql] { return (name, false) }
        guard prepared.count < Self.preparedLimit else { return ("", true) }
        let name = "p\(prepared.count)_\(UInt32.random(in: 0 ... .max))"
        prepared[sql] = name
        return (name, true)
    }
}

/// Whether statements are worth preparing, for all connections of a pool. A pooler that gives each transaction another server's
/// session loses what was prepared in one; asked with the first pipeline, in its round trip.
final class Preparation: Sendable {
    enum State: UInt8 { case unknown, lasting, lost }

    private let stored = Atomic(State.unknown.rawValue)

    var state: State {
        get { State(rawValue: stored.load(ordering: .relaxed)) ?? .unknown }
        set { stored.store(newValue.rawValue, ordering: .relaxed) }
    }
}
