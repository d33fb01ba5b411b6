/// Reads one HTTP/1.1 answer from bytes as they arrive: status line, fields, then a body framed by `Content-Length` or in
/// chunks (RFC 9112). No I/O: feed it until it returns an answer.
struct LoopbackResponseParser {
    static let lineLimit = 16_384
    static let fieldLimit = 100

    private enum State {
        case statusLine
        case fields
        case body(left: Int)
        case chunkSize
        case chunk(left: Int)
        case chunkEnd
        case trailers
    }

    private let bodyLimit: Int
    private var state = State.statusLine
    private var fieldCount = 0
    private var response = LoopbackResponse(status: 0, headers: [:], body: [])
    /// Whether any byte of the answer has been seen.
    private(set) var hasStarted = false

    init(bodyLimit: Int) {
        self.bodyLimit = bodyLimit
    }

    /// The whole answer, or `nil` when more bytes are needed.
    mutating func next(from received: inout ReceivedBytes) throws(LoopbackError) -> LoopbackResponse? {
        hasStarted = hasStarted || received.count > 0
        while true {
            let isAdvancing: Bool
            switch state {
            case .body(let left):
                let rest = left - received.move(left, to: &response.body)
                guard rest > 0 else { return response }
                state = .body(left: rest)
                isAdvancing = false
            case .chunk(let left):
                let rest = left - received.move(left, to: &response.body)
                state = rest > 0 ? .chunk(left: rest) : .chunkEnd
                isAdvancing = rest == 0
            default:
                isAdvancing = try readLine(from: &received)
            }
            if case .body(0) = state { return response }
            guard isAdvancing else { return nil }
        }
    }

    /// False when no whole line has arrived.
    private mutating func readLine(from received: inout ReceivedBytes) throws(LoopbackError) -> Bool {
        guard let line = received.takeLine() else {
            guard received.count < Self.lineLimit else { throw .malformed }
            return false
        }
        switch state {
        case .statusLine: try readStatus(line)
        case .fields: line.isEmpty ? try endFields() : try readField(line)
        case .chunkSize: try readChunkSize(line)
        case .chunkEnd where line.isEmpty: state = .chunkSize
        case .trailers: try readTrailer(line)
        default: throw .malformed
        }
        return true
    }

    private mutating func readStatus(_ line: String) throws(LoopbackError) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count >= 2, parts[0].hasPrefix("HTTP/1."), let status = Int(parts[1]), (100...599).contains(status)
        else {
            throw .malformed
        }
        response.status = status
        state = .fields
    }

    private mutating func readField(_ line: String) throws(LoopbackError) {
        fieldCount += 1
        guard fieldCount <= Self.fieldLimit, let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
            throw .malformed
        }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        response.headers[line[..<colon].lowercased()] = String(value)
    }

    /// Nobody reads them; they count with the fields.
    private mutating func readTrailer(_ line: String) throws(LoopbackError) {
        fieldCount += 1
        guard fieldCount <= Self.fieldLimit else { throw .malformed }
        if line.isEmpty { state = .body(left: 0) }
    }

    private mutating func endFields() throws(LoopbackError) {
        // An interim answer (100 Continue) announces the real one.
        guard response.status >= 200 else {
            state = .statusLine
            response.headers = [:]
            return
        }
        if response.headers["transfer-encoding"]?.lowercased() == "chunked" {
            state = .chunkSize
        } else if let length = response.headers["content-length"] {
            guard let count = Int(length), count >= 0 else { throw .malformed }
            guard count <= bodyLimit else { throw .tooLarge(headers: response.headers) }
            response.body.reserveCapacity(count)
            state = .body(left: count)
        } else {
            // An answer that is framed by the end of the connection is truncated silently when it breaks: not accepted.
            guard response.status == 204 || response.status == 304 else { throw .malformed }
            state = .body(left: 0)
        }
    }

    private mutating func readChunkSize(_ line: String) throws(LoopbackError) {
        let digits = line.prefix { $0 != ";" && $0 != " " }
        guard digits.count <= 8, let size = Int(digits, radix: 16), size >= 0 else { throw .malformed }
        guard response.body.count + size <= bodyLimit else { throw .tooLarge(headers: response.headers) }
        state = size == 0 ? .trailers : .chunk(left: size)
    }
}
