import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// HTTP in: the gateway. Finds the function of a request, makes the event, turns its output into the answer.
@HostLoop
final class FrontServer {
    struct Settings: Sendable {
        var cors: CORS?
        var trusted: TrustedProxies
        /// An HTTP API waits no longer for a function.
        var integrationTimeout = TimeAmount.seconds(30)
        /// Path prefixes served by other local processes.
        var forwards: [Forward] = []
    }

    nonisolated static let limits: HTTPLimits = {
        var limits = HTTPLimits()
        limits.answersHalfClosed = true
        return limits
    }()
    /// Bytes of an event (Lambda: 6 MB).
    static let eventLimit = 6 << 20

    private let host: Host
    private let settings: Settings
    private let forwarder: Forwarder
    private let port: Int

    /// - Parameter port: the port it is reached on, for `x-forwarded-port`.
    init(host: Host, settings: Settings, port: Int) {
        self.host = host
        self.settings = settings
        self.port = port
        forwarder = Forwarder(patience: settings.integrationTimeout)
    }

    func serve(_ exchange: HTTPExchange) {
        let head = exchange.head
        if let cors = settings.cors, CORS.isPreflight(head) {
            return exchange.answer(.noContent, cors.preflight(head))
        }
        let (path, query) = head.target
        if path == "*" { return exchange.answer(.noContent, [("allow", Self.everyMethod)]) }
        if let forward = settings.forwards.first(where: { $0.matches(path) }) {
            return forwarder.forward(exchange, to: forward, client: client(of: exchange))
        }
        guard let match = host.routes.match(method: head.method.rawValue, path: String(path)) else {
            return answerElsewhere(exchange, methods: host.routes.methods(at: String(path)))
        }
        if let pool = host.pools[match.function] { return invoke(pool, match, path, query, exchange) }
        passOn(exchange, to: match.function)
    }

    private static let everyMethod = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"

    /// - Parameter methods: that the path would be served for.
    private func answerElsewhere(_ exchange: HTTPExchange, methods: [String]) {
        if methods.isEmpty { return refuse(exchange, .notFound("page")) }
        guard exchange.head.method == .OPTIONS else { return refuse(exchange, .methodNotAllowed(methods)) }
        exchange.answer(.noContent, withCORS([("allow", methods.joined(separator: ", "))], exchange))
    }

    /// A path that a persistent process serves itself.
    private func passOn(_ exchange: HTTPExchange, to name: String) {
        guard let port = host.persistent[name]?.port else { return refuse(exchange, .busy) }
        forwarder.forward(
            exchange, to: Forward(prefix: "", host: "127.0.0.1", port: port), client: client(of: exchange),
            whenDown: { [self] in refuse(exchange, .busy) },
            headers: { [self] in withCORS($0, exchange) })
    }

    private func invoke(
        _ pool: FunctionPool, _ match: RouteTable.Match, _ path: Substring, _ query: Substring, _ exchange: HTTPExchange
    ) {
        let id = Invocation.makeID()
        let trace = TraceID.make()
        let declared = match.routeKey.prefix { $0 != " " }
        let client = client(of: exchange)
        let method = exchange.head.method == .HEAD && declared == "GET" ? "GET" : exchange.head.method.rawValue
        let event = EventRequest(
            head: exchange.head, body: exchange.body, match: match, path: path, query: query, method: method,
            client: client, requestID: id, traceID: trace
        ).event()
        guard event.readableBytes <= Self.eventLimit else {
            return refuse(exchange, .tooLarge)
        }
        exchange.hold(event.readableBytes)
        let invocation = Invocation(
            id: id, payload: event, traceID: trace, client: countedAddress(client.address),
            patience: settings.integrationTimeout
        ) { [self] outcome in answer(exchange, outcome, id) }
        exchange.onAbandon = { pool.withdraw(invocation) }
        exchange.withdraw = { [self] reason in
            guard pool.withdraw(invocation, reason) else { return false }
            refuse(exchange, .busy)
            return true
        }
        invocation.onStart = { exchange.withdraw = nil }
        pool.invoke(invocation)
        if !invocation.isComplete, pool.entry.manifest.timeoutSeconds >= 30 { limit(exchange) }
    }

    /// Only a function that may run longer than the gateway waits needs a timer of its own.
    private func limit(_ exchange: HTTPExchange) {
        HostLoop.loop.scheduleTask(in: settings.integrationTimeout) {
            HostLoop.assumeIsolated { self.refuse(exchange, .busy) }
        }
    }

    private func answer(_ exchange: HTTPExchange, _ outcome: Outcome, _ id: String) {
        switch outcome {
        case .success(let output, let contentType):
            guard let answer = FunctionAnswer(output: output, contentType: contentType) else {
                return refuse(exchange, .broken)
            }
            exchange.answer(answer.status, withCORS(answer.headers, exchange) + [("apigw-requestid", id)], answer.body)
        case .failure: refuse(exchange, .broken)
        case .throttled: refuse(exchange, .busy)
        }
    }

    private func refuse(_ exchange: HTTPExchange, _ fault: Fault) {
        exchange.refuse(fault, withCORS([], exchange))
    }

    private func withCORS(_ headers: [(String, String)], _ exchange: HTTPExchange) -> [(String, String)] {
        guard let cors = settings.cors else { return headers }
        return headers.filter { !CORS.isCORS($0.0) }
            + cors.headers(origin: exchange.head.headers.first(name: "origin"))
    }

    private func client(of exchange: HTTPExchange) -> Client {
        Client(
            peer: exchange.peer, localPort: port, headers: exchange.head.headers,
            trusted: settings.trusted)
    }
}

extension Fault {
    /// No process is free, or none answered in time.
    static let busy = Fault.unavailable("This does not answer now; try again soon.")
    static let broken = Fault(status: 500, code: "internal", detail: "Something went wrong here.")
    static let badGateway = Fault(status: 502, code: "bad-gateway", detail: "What serves this broke off.")
}
