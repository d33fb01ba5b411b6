import HTTPServer
import NIOCore
import NIOHTTP1
import Web

/// Serves the Runtime API of one process: a listener of its own, so that a process can fetch work for its own function only.
@HostLoop
struct RuntimeAPI {
    /// Bytes of a buffered response (Lambda: 6 MB).
    static let responseLimit = 6 << 20
    private static let version = "/2018-06-01/runtime/"

    unowned let process: FunctionProcess
    let secret: String

    func serve(_ exchange: HTTPExchange) {
        guard let path = LocalSecret.path(exchange.head.uri[...], behind: secret) else { return notFound(exchange) }
        let uri = String(path)
        let method = exchange.head.method
        if uri == "/2018-06-01/runtime/invocation/next" {
            return method == .GET ? process.poll(exchange) : refuseMethod(exchange, "GET")
        }
        if uri.hasPrefix(Self.version) {
            guard let call = Call(uri.dropFirst(Self.version.utf8.count)) else { return notFound(exchange) }
            return method == .POST ? answer(call, exchange) : refuseMethod(exchange, "POST")
        }
        serveOther(uri, method, exchange)
    }

    private enum Call {
        case response(id: Substring)
        case error(id: Substring)
        case initError

        init?(_ path: Substring) {
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            switch (parts.first, parts.last, parts.count) {
            case ("invocation", "response", 3): self = .response(id: parts[1])
            case ("invocation", "error", 3): self = .error(id: parts[1])
            case ("init", "error", 2): self = .initError
            default: return nil
            }
        }
    }

    private func answer(_ call: Call, _ exchange: HTTPExchange) {
        do throws(RuntimeState.Refusal) {
            switch call {
            case .response(let id): try respond(String(id), exchange)
            case .error(let id):
                try process.answered(String(id), .failure(.handled, errorBody(exchange)))
                accept(exchange)
            case .initError:
                try process.initFailed(errorBody(exchange))
                accept(exchange)
            }
        } catch {
            refuse(exchange, error)
        }
    }

    private func respond(_ id: String, _ exchange: HTTPExchange) throws(RuntimeState.Refusal) {
        let headers = exchange.head.headers
        if let mode = headers.first(name: "lambda-runtime-function-response-mode"), mode.lowercased() != "streaming" {
            let error = LambdaError("InvalidFunctionResponseMode", "the response mode \(mode) is unknown")
            return exchange.answer(.badRequest, json: error.json)
        }
        guard exchange.body.readableBytes <= Self.responseLimit else {
            let message = "Response payload size exceeded maximum allowed payload size (\(Self.responseLimit) bytes)."
            try process.answered(
                id, .failure(.responseTooLarge, LambdaError("Function.ResponseSizeTooLarge", message)))
            return exchange.answer(.payloadTooLarge, json: LambdaError("RequestEntityTooLarge", message).json)
        }
        try process.answered(id, outcome(exchange))
        accept(exchange)
    }

    /// A streamed response that failed late says so in its trailers.
    private func outcome(_ exchange: HTTPExchange) -> Outcome {
        if let type = exchange.trailers?.first(name: "lambda-runtime-function-error-type") {
            let body = exchange.trailers?.first(name: "lambda-runtime-function-error-body").flatMap(base64Decoded)
            return .failure(
                .handled, body.map { ByteBuffer(bytes: $0) } ?? ByteBuffer(string: LambdaError(type, type).json))
        }
        return .success(exchange.body, contentType: exchange.head.headers.first(name: "content-type"))
    }

    /// The posted JSON, or one made of the header when the body is none.
    private func errorBody(_ exchange: HTTPExchange) -> ByteBuffer {
        if (try? JSONValue(parsing: Array(exchange.body.readableBytesView))) != nil { return exchange.body }
        let type = exchange.head.headers.first(name: "lambda-runtime-function-error-type") ?? "Runtime.Unknown"
        let text = String(buffer: exchange.body)
        return ByteBuffer(string: LambdaError(type, text.isEmpty ? type : text).json)
    }

    private func serveOther(_ uri: String, _ method: HTTPMethod, _ exchange: HTTPExchange) {
        switch (method, uri) {
        case (.POST, "/2020-01-01/extension/register"): process.registerExtension(exchange)
        case (.GET, "/2020-01-01/extension/event/next"): process.nextExtensionEvent(exchange)
        case (.PUT, "/2020-08-15/logs"), (.PUT, "/2022-07-01/telemetry"):
            exchange.answer(.accepted, [("content-type", "text/plain")], ByteBuffer(string: "OK"))
        default: notFound(exchange)
        }
    }

    private static let accepted = ByteBuffer(string: #"{"status":"OK"}"#)

    private func accept(_ exchange: HTTPExchange) {
        exchange.answer(.accepted, [("content-type", "application/json")], Self.accepted)
    }

    private func refuse(_ exchange: HTTPExchange, _ refusal: RuntimeState.Refusal) {
        let status: HTTPResponseStatus = refusal == .invalidRequestID ? .badRequest : .forbidden
        exchange.answer(status, json: LambdaError(refusal.rawValue, "not allowed in this state").json)
    }

    private func refuseMethod(_ exchange: HTTPExchange, _ right: String) {
        exchange.answer(
            .methodNotAllowed, json: LambdaError("MethodNotAllowed", "use \(right)").json, [("allow", right)])
    }

    private func notFound(_ exchange: HTTPExchange) {
        exchange.answer(.notFound, json: LambdaError("NotFound", "there is no such path").json)
    }
}
