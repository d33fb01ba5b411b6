import FoundationEssentials
import Web

/// The Runtime API as a function calls it.
struct RuntimeClient {
    static let prefix = "/2018-06-01/runtime"
    /// Lambda's payloads end at 6 MB; a host of ours may be more generous.
    static let eventLimit = 16 << 20

    private static let fetch = LoopbackRequest(method: "GET", path: prefix + "/invocation/next")
    /// Seconds for the host to take a result.
    private static let patience = 10.0

    private let connection: LoopbackConnection
    private let readsAhead: Bool

    /// - Parameter readsAhead: the host takes a result and the request for more work in one go. local-runner does;
    ///   nothing is published about Lambda's.
    init(authority: String, readsAhead: Bool = false) throws(LoopbackError) {
        connection = try LoopbackConnection(authority: authority)
        self.readsAhead = readsAhead
    }

    /// Waits, for ever if need be, for the next invocation.
    func next(_ waiting: LoopbackConnection.Waiting) throws -> Invocation {
        while true {
            do {
                return try invocation(connection.exchange(Self.fetch, bodyLimit: Self.eventLimit, waiting: waiting))
            } catch let error as LoopbackError {
                try refuse(error)
            }
        }
    }

    /// An event that is too large fails by itself, and the process lives on; anything else ends it.
    private func refuse(_ error: LoopbackError) throws {
        guard case .tooLarge(let headers) = error, let id = headers["lambda-runtime-aws-request-id"] else {
            throw error
        }
        let message = "The event is larger than \(Self.eventLimit) bytes."
        _ = try fail(id, ReportedError(type: "Function.EventTooLarge", message: message))
    }

    func respond(to requestID: String, with result: [UInt8]) throws -> Int {
        try accepted(connection.exchange(response(requestID, result), timeout: Self.patience))
    }

    /// Hands the result over and waits for the next invocation.
    func respond(
        to requestID: String, with result: [UInt8], thenNext waiting: LoopbackConnection.Waiting
    ) throws -> (status: Int, next: Invocation) {
        guard readsAhead else { return (try respond(to: requestID, with: result), try next(waiting)) }
        let answers = try connection.exchange(
            response(requestID, result), timeout: Self.patience, then: Self.fetch, bodyLimit: Self.eventLimit,
            waiting: waiting)
        // What became of the result is known, also where the event can't be taken.
        let status = try accepted(answers.first)
        do {
            return (status, try invocation(answers.second.get()))
        } catch let error as LoopbackError {
            try refuse(error)
            return (status, try next(waiting))
        }
    }

    private func response(_ requestID: String, _ result: [UInt8]) -> LoopbackRequest {
        request("/invocation/\(requestID)/response", result)
    }

    private func invocation(_ response: LoopbackResponse) throws -> Invocation {
        guard response.status == 200 else { throw RuntimeFailure.refused("invocation/next", response.status) }
        return try Invocation(response)
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
        try accepted(connection.exchange(request(path, body, headers), timeout: Self.patience))
    }

    private func request(
        _ path: String, _ body: [UInt8], _ headers: [(name: String, value: String)] = []
    ) -> LoopbackRequest {
        let headers = [(name: "Content-Type", value: "application/json")] + headers
        return LoopbackRequest(method: "POST", path: Self.prefix + path, headers: headers, body: body)
    }

    /// 500 is the host's word for a broken environment.
    private func accepted(_ response: LoopbackResponse) throws -> Int {
        guard response.status != 500 else { throw RuntimeFailure.refused("a result", response.status) }
        return response.status
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
