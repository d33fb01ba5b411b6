import CPostgres
import Glibc

/// One pass through libpq's pipeline mode: everything is sent, one sync ends it, every answer is read under one deadline.
struct PipelineExchange {
    let handle: OpaquePointer
    let deadline: ContinuousClock.Instant
    /// Statements that were prepared in this pass.
    private(set) var newlyNamed: [String] = []

    init(handle: OpaquePointer, deadline: ContinuousClock.Instant) {
        self.handle = handle
        self.deadline = deadline
    }

    mutating func run(
        _ queries: [Query], name: (String) -> (name: String, isNew: Bool)
    ) throws(PostgresError) -> [[Row]] {
        guard PQenterPipelineMode(handle) == 1 else { throw PostgresError(connection: handle) }
        var preparations: [Bool] = []
        for query in queries {
            let (name, isNew) = name(query.sql)
            if isNew {
                newlyNamed.append(query.sql)
                try prepare(query, name: name)
            }
            preparations.append(isNew)
            try send(query, name: name)
        }
        guard PQpipelineSync(handle) == 1 else { throw PostgresError(connection: handle) }
        return try readAll(preparations)
    }

    private func prepare(_ query: Query, name: String) throws(PostgresError) {
        let types = query.binds.map(\.type)
        guard PQsendPrepare(handle, name, query.sql, Int32(types.count), types) == 1 else {
            throw PostgresError(connection: handle)
        }
    }

    private func send(_ query: Query, name: String) throws(PostgresError) {
        let copies = query.binds.map { bind in bind.text.map { strdup($0) } ?? nil }
        defer { copies.forEach { free($0) } }
        let sent = PQsendQueryPrepared(
            handle, name, Int32(copies.count), copies.map { UnsafePointer($0) }, nil, nil, 0)
        guard sent == 1 else { throw PostgresError(connection: handle) }
    }

    private func readAll(_ preparations: [Bool]) throws(PostgresError) -> [[Row]] {
        var answers: [[Row]] = []
        var failure: PostgresError?
        for isNew in preparations {
            if isNew { failure = try readAnswer().failure ?? failure }
            let answer = try readAnswer()
            failure = failure ?? answer.failure
            answers.append(answer.rows)
        }
        try readSync()
        guard PQexitPipelineMode(handle) == 1 else { throw PostgresError(connection: handle) }
        if let failure { throw failure }
        return answers
    }

    private func readAnswer() throws(PostgresError) -> (rows: [Row], failure: PostgresError?) {
        var rows: [Row] = []
        var failure: PostgresError?
        // A NULL result ends each statement's answer.
        while let result = try nextResult() {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_TUPLES_OK: rows = read(result)
            case PGRES_COMMAND_OK, PGRES_EMPTY_QUERY, PGRES_PIPELINE_ABORTED: break
            default: failure = PostgresError(result: result)
            }
        }
        return (rows, failure)
    }

    private func readSync() throws(PostgresError) {
        let result = try nextResult()
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else {
            throw PostgresError(.connection, detail: "the pipeline lost its order")
        }
    }

    private func nextResult() throws(PostgresError) -> OpaquePointer? {
        while true {
            // Until everything is sent the server may be waiting for us to read: do both.
            let unsent = PQflush(handle)
            guard unsent >= 0 else { throw PostgresError(connection: handle) }
            if PQisBusy(handle) == 0 { return PQgetResult(handle) }
            guard try waitForSocket(handle, writing: unsent == 1, until: deadline) else {
                throw PostgresError(.timeout, detail: "the statement took too long")
            }
            guard PQconsumeInput(handle) == 1 else { throw PostgresError(connection: handle) }
        }
    }

    private func read(_ result: OpaquePointer) -> [Row] {
        guard PQntuples(result) > 0 else { return [] }
        let width = PQnfields(result)
        let columns = Row.Columns((0..<width).map { String(cString: PQfname(result, $0)) })
        return (0..<PQntuples(result)).map { row in
            Row(
                columns: columns,
                values: (0..<width).map { column in
                    PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
                })
        }
    }
}

/// False when the deadline passed first.
func waitForSocket(
    _ handle: OpaquePointer, writing: Bool = false, until deadline: ContinuousClock.Instant
) throws(PostgresError) -> Bool {
    let left = ContinuousClock.now.duration(to: deadline)
    let milliseconds = left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000
    guard milliseconds > 0 else { return false }
    let events = Int16(POLLIN) | (writing ? Int16(POLLOUT) : 0)
    var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
    let ready = poll(&descriptor, 1, Int32(clamping: milliseconds))
    guard ready >= 0 || errno == EINTR else { throw PostgresError(.connection, detail: "poll: \(errno)") }
    return ready != 0
}

extension PostgresError {
    init(connection: OpaquePointer) {
        self.init(.connection, detail: String(cString: PQerrorMessage(connection)))
    }

    init(result: OpaquePointer?) {
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let state = field("C") else {
            self.init(.connection, detail: String(cString: PQresultErrorMessage(result)))
            return
        }
        // 57P01..57P03: the server is going away; class 08: the connection is.
        let code: Code = state.hasPrefix("08") || state.hasPrefix("57P0") ? .connection : .server
        self.init(
            code, sqlState: state, constraint: field("n"), detail: String(cString: PQresultErrorMessage(result)))
    }
}
