import FoundationEssentials
import Glibc
import HTTPServer
import NIOCore

/// One event on its way through a function. Completed exactly once.
@HostLoop
final class Invocation {
    let id: String
    let payload: ByteBuffer
    let traceID: String
    /// Whoever asked, for their share of the queue: an address. What the host itself wants done has none.
    let client: String
    /// JSON, already base64-decoded.
    let clientContext: String?
    /// Collects the last 4 KB of log for `X-Amz-Log-Result`.
    let tail: LogTail?
    /// Waiting longer than this for a process counts as throttled.
    let waitUntil: NIODeadline
    /// Called when a process takes it.
    var onStart: (@HostLoop () -> Void)?
    private var onOutcome: (@HostLoop (Outcome) -> Void)?

    init(
        id: String = Invocation.makeID(), payload: ByteBuffer, traceID: String = TraceID.make(), client: String = "",
        clientContext: String? = nil, tail: LogTail? = nil, patience: TimeAmount = .seconds(60),
        onOutcome: @escaping @HostLoop (Outcome) -> Void
    ) {
        self.id = id
        self.payload = payload
        self.traceID = traceID
        self.client = client
        self.clientContext = clientContext
        self.tail = tail
        waitUntil = .now() + patience
        self.onOutcome = onOutcome
    }

    var isComplete: Bool { onOutcome == nil }

    func complete(_ outcome: Outcome) {
        let callback = onOutcome
        onOutcome = nil
        callback?(outcome)
    }

    nonisolated static func makeID() -> String { UUID().uuidString.lowercased() }
}

/// How an invocation ended.
enum Outcome: Sendable {
    /// The function's bytes and the content type it posted them with.
    case success(ByteBuffer, contentType: String?)
    /// The error JSON.
    case failure(Failure, ByteBuffer)
    case throttled(Throttle)

    enum Failure: Sendable, Equatable {
        /// The function said so itself.
        case handled
        case timeout
        /// The process ended, or was ended for its memory.
        case exit
        /// It never got as far as asking for work.
        case initialization
        case responseTooLarge
    }

    enum Throttle: String, Sendable {
        case concurrency = "ReservedFunctionConcurrentInvocationLimitExceeded"
        /// The host is going down.
        case stopping = "CallerRateLimitExceeded"
    }

    /// The failure in words, for a person.
    var words: String {
        guard case .failure(_, let json) = self else { return "" }
        let error = try? JSONDecoder().decode(LambdaError.self, from: Data(json.readableBytesView))
        return error?.errorMessage ?? String(buffer: json)
    }

    static func failure(_ failure: Failure, _ error: LambdaError) -> Outcome {
        .failure(failure, ByteBuffer(string: error.json))
    }
}

/// The error JSON of the Runtime API.
struct LambdaError: Sendable, Codable, Equatable {
    var errorType: String
    var errorMessage: String

    init(_ type: String, _ message: String) {
        errorType = type
        errorMessage = message
    }

    var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

/// The last bytes of an invocation's log.
@HostLoop
final class LogTail {
    /// Lambda returns the last 4 KB.
    static let limit = 4096
    private var bytes: [UInt8] = []
    /// Everything the function wrote before its answer has been read.
    var isSettled = false

    func append(_ line: some Sequence<UInt8>) {
        bytes.append(contentsOf: line)
        bytes.append(UInt8(ascii: "\n"))
        if bytes.count > 4 * Self.limit { bytes.removeFirst(bytes.count - Self.limit) }
    }

    var base64: String { Data(bytes.suffix(Self.limit)).base64EncodedString() }
}

/// `Root=1-<time>-<random>;Parent=<random>;Sampled=0`
enum TraceID {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The caller's, whose trace this invocation belongs to (X-Ray's tracing header); `nil` when there is none, or an odd one.
    static func given(_ header: String?) -> String? {
        guard let header, header.utf8.count <= 256, header.contains("Root=1-"),
            header.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { return nil }
        return header
    }

    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let root =
            hex(UInt64.random(in: 0 ... .max, using: &generator), 16)
            + hex(UInt64.random(in: 0 ... .max, using: &generator), 8)
        let parent = hex(UInt64.random(in: 0 ... .max, using: &generator), 16)
        return "Root=1-\(hex(UInt64(time(nil)), 8))-\(root);Parent=\(parent);Sampled=0"
    }

    private static func hex(_ value: UInt64, _ width: Int) -> String {
        String(unsafeUninitializedCapacity: width) { buffer in
            for index in 0..<width { buffer[width - 1 - index] = digits[Int(value >> (4 * UInt64(index)) & 15)] }
            return width
        }
    }
}
