import FoundationEssentials
import Web

/// The Runtime API as a function calls it (Lambda host contract, section 2).
struct RuntimeClient {
    static let prefix = "/2018-06-01/runtime"
    /// Lambda's payloads end at 6 MB; a host of ours may be more generous.
    static let eventLimit = 16 << 20

    private let connection: LoopbackConnection

    init(authority: String) throws(LoopbackError) {
        connection = try LoopbackConnection(authority: authority)
    }

    /// Waits, for ever if need be, for the next invocation.
    func next(_ waiting: LoopbackConnection.Waiting) throws -> Invocation {
        let response = try connection.exchange(
            LoopbackRequest(method: "GET", path: Self.prefix + "/invocation/next"), bodyLimit: Self.eventLimit,
            waiting: waiting)
        guard response.status == 200 else { throw RuntimeFailure.refused("invocation/next", response.status) }
        return try Invocation(response)
    }

    func respond(to requestID: String, with result: [UInt8]) throws -> Int {
        try post("/invocation/\(requestID)/response", result)
    }

    /// The invocation failed; the process lives on.
    func fail(_ requestID: String, _ error: ReportedError) throws -> Int {
        try post("/invocation/\(requestID)/error", error.json, [ReportedError.header])
    }

    /// The function can't start; the process must exit at once.
    func failToStart(_ error: ReportedError) throws {
        _ = try post("/init/error", error.json, [ReportedError.header])
    }

    private func post(
        _ path: String, _ body: [UInt8], _ headers: [(name: String, value: String)] = []
    ) throws -> Int {
        let headers = [(name: "Content-Type", value: "application/json")] + headers
        let request = LoopbackRequest(method: "POST", path: Self.prefix + path, headers: headers, body: body)
        let status = try connection.exchange(request, timeout: 10).status
        // 500 is the host's word for a broken environment.
        guard status != 500 else { throw RuntimeFailure.refused(path, status) }
        return status
    }
}

enum RuntimeFailure: Error {
    case refused(String, Int)
    /// An event without request id or deadline.
    case incompleteEvent
}

/// The error document of the Runtime API. `message` reaches whoever invoked the function.
struct ReportedError {
    static let header = (name: "Lambda-Runtime-Function-Error-Type", value: "Unhandled")

    var type: String
    var message: String

    init(type: String, message: String) {
        self.type = type
        self.message = message
    }

    /// Descriptions of our errors are safe to show; `String(reflecting:)` is for the log.
    init(_ error: any Error) {
        self.init(
            type: String(describing: Swift.type(of: error)), message: String(String(describing: error).prefix(1000)))
    }

    var json: [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("errorType", type)
            json.member("errorMessage", message)
            json.name("stackTrace")
            json.array { _ in }
        }
        return json.bytes
    }
}
