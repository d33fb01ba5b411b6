import FoundationEssentials
import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// The client side of Lambda: `POST /2015-03-31/functions/{name}/invocations`, `GET /2015-03-31/functions[/{name}]`.
/// Signatures are not checked: a secret stands in front of the path, `http://127.0.0.1:9001/<secret>` is the endpoint's URL.
@HostLoop
final class InvokeAPI {
    nonisolated static let synchronousLimit = 6 << 20
    static let eventLimit = 1 << 20
    /// Characters of base64.
    private static let clientContextLimit = 3583

    private let host: Host
    private let events: any EventIntake
    private let secret: String

    init(host: Host, events: any EventIntake, secret: String) {
        self.host = host
        self.events = events
        self.secret = secret
    }

    /// SDKs sign in long headers; the body limit leaves room for our own, better worded refusal.
    nonisolated static let limits: HTTPLimits = {
        var limits = HTTPLimits(header: 32 << 10, body: 2 * synchronousLimit)
        limits.refusal = { InvokeRefusal($0).answer }
        return limits
    }()

    func serve(_ exchange: HTTPExchange) {
        do throws(InvokeRefusal) {
            try handle(exchange)
        } catch {
            refuse(exchange, error)
        }
    }

    private func handle(_ exchange: HTTPExchange) throws(InvokeRefusal) {
        guard LocalSecret.isLocal(exchange.head) else { throw .denied }
        let (whole, query) = exchange.head.target
        guard let path = LocalSecret.path(whole, behind: secret) else { throw .denied }
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[0] == "2015-03-31", parts[1] == "functions" else { throw .noSuchPath }
        if parts.count < 4 { return try describe(exchange, parts.dropFirst(2).first, query) }
        guard parts.count == 4 else { throw .noSuchPath }
        if parts[3] == "configuration" { return try describe(exchange, parts[2], query, configurationOnly: true) }
        guard parts[3] == "invocations" else { throw .noSuchPath }
        guard exchange.head.method == .POST else { throw .wrongMethod("POST") }
        let reference = try FunctionReference(String(parts[2]), query: query, of: host.settings)
        guard let pool = host.pools[reference.name] else { throw .notFound(host.settings.arn(reference.name)) }
        try invoke(pool, exchange)
    }

    /// - Parameter name: `nil`: all.
    private func describe(
        _ exchange: HTTPExchange, _ name: Substring?, _ query: Substring, configurationOnly: Bool = false
    ) throws(InvokeRefusal) {
        guard exchange.head.method == .GET else { throw .wrongMethod("GET") }
        let listing = FunctionListing(
            entries: host.pools.values.map(\.entry.manifest).sorted { $0.name < $1.name }, settings: host.settings)
        let json =
            if let name {
                try listing.function(
                    FunctionReference(String(name), query: query, of: host.settings).name,
                    configurationOnly: configurationOnly)
            } else {
                try listing.functions(query)
            }
        exchange.answer(
            .ok, json: String(decoding: json.bytes, as: UTF8.self), [("x-amzn-requestid", Invocation.makeID())])
    }

    private func invoke(_ pool: FunctionPool, _ exchange: HTTPExchange) throws(InvokeRefusal) {
        let headers = exchange.head.headers
        let context = try clientContext(headers)
        switch headers.first(name: "x-amz-invocation-type") ?? "RequestResponse" {
        case "RequestResponse":
            let payload = try payload(exchange, limit: Self.synchronousLimit)
            run(pool, exchange, payload, context: context, wantsTail: try wantsTail(headers))
        case "Event":
            queue(pool, exchange, try payload(exchange, limit: Self.eventLimit), context: context)
        case "DryRun":
            exchange.answer(.noContent, [("x-amzn-requestid", Invocation.makeID())])
        case let other:
            throw .invalidParameter("the invocation type \(other) is unknown")
        }
    }

    private func run(
        _ pool: FunctionPool, _ exchange: HTTPExchange, _ payload: ByteBuffer, context: String?, wantsTail: Bool
    ) {
        let tail = wantsTail ? LogTail() : nil
        let id = Invocation.makeID()
        let invocation = Invocation(
            id: id, payload: payload,
            traceID: TraceID.given(exchange.head.headers.first(name: "x-amzn-trace-id")) ?? TraceID.make(),
            clientContext: context, tail: tail
        ) { [self] outcome in answer(exchange, id, outcome, tail) }
        pool.invoke(invocation)
    }

    private func answer(_ exchange: HTTPExchange, _ id: String, _ outcome: Outcome, _ tail: LogTail?) {
        var headers = [
            ("content-type", "application/json"), ("x-amz-executed-version", "$LATEST"), ("x-amzn-requestid", id),
        ]
        if let tail { headers.append(("x-amz-log-result", tail.base64)) }
        switch outcome {
        case .success(let output, _): exchange.answer(.ok, headers, output)
        case .failure(_, let error):
            headers.append(("x-amz-function-error", "Unhandled"))
            exchange.answer(.ok, headers, error)
        case .throttled(let reason): refuse(exchange, .throttled(reason))
        }
    }

    private func queue(_ pool: FunctionPool, _ exchange: HTTPExchange, _ payload: ByteBuffer, context: String?) {
        let id = Invocation.makeID()
        events.accept(id: id, pool: pool, payload: payload, clientContext: context) { [self] accepted in
            if accepted {
                exchange.answer(.accepted, [("x-amzn-requestid", id)])
            } else {
                refuse(exchange, .unavailable)
            }
        }
    }

    private func wantsTail(_ headers: HTTPHeaders) throws(InvokeRefusal) -> Bool {
        switch headers.first(name: "x-amz-log-type") ?? "None" {
        case "None": return false
        case "Tail": return true
        case let other: throw .invalidParameter("the log type \(other) is unknown: None or Tail")
        }
    }

    /// No payload is an empty object to the function.
    private func payload(_ exchange: HTTPExchange, limit: Int) throws(InvokeRefusal) -> ByteBuffer {
        let body = exchange.body
        guard body.readableBytes <= limit else { throw .tooLarge(body.readableBytes, limit: limit) }
        guard body.readableBytes > 0 else { return ByteBuffer(string: "{}") }
        guard let json = try? JSONValue(parsing: Array(body.readableBytesView)) else { throw .notJSON }
        return json.isHTTPEvent ? ByteBuffer(bytes: json.asInvoked(by: exchange.peer).bytes) : body
    }

    private static func isJSON(_ bytes: [UInt8]) -> Bool {
        (try? JSONValue(parsing: bytes)) != nil
    }

    private func clientContext(_ headers: HTTPHeaders) throws(InvokeRefusal) -> String? {
        guard let encoded = headers.first(name: "x-amz-client-context") else { return nil }
        guard encoded.utf8.count <= Self.clientContextLimit, let bytes = base64Decoded(encoded),
            Self.isJSON(bytes), let text = String(validating: bytes, as: UTF8.self),
            // It becomes a header of the Runtime API.
            !text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f })
        else { throw .invalidParameter("X-Amz-Client-Context must be base64 of JSON, at most 3583 characters") }
        return text
    }

    private func refuse(_ exchange: HTTPExchange, _ refusal: InvokeRefusal) {
        let answer = refusal.answer
        exchange.answer(HTTPResponseStatus(statusCode: answer.status), answer.headers, answer.body)
    }
}

extension JSONValue {
    fileprivate var isHTTPEvent: Bool { self["requestContext"]?["http"] != nil }

    /// Only the gateway knows where a request came from: in an event that somebody made, the address is theirs.
    fileprivate func asInvoked(by peer: String) -> JSONValue {
        guard var event = object, var context = event["requestContext"]?.object, var http = context["http"]?.object
        else {
            return self
        }
        http["sourceIp"] = .string(peer)
        context["http"] = .object(http)
        event["requestContext"] = .object(context)
        let headers = event["headers"]?.object?.filter { !$0.key.lowercased().hasPrefix("x-forwarded-") }
        if let headers { event["headers"] = .object(headers) }
        return .object(event)
    }
}

/// Takes events for later. Calls back with `true` when the event is safe (or needs no safety), `false` when it couldn't be kept.
@HostLoop
protocol EventIntake: AnyObject {
    func accept(
        id: String, pool: FunctionPool, payload: ByteBuffer, clientContext: String?,
        then done: @escaping @HostLoop (Bool) -> Void)
}
