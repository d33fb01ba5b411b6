import FoundationEssentials
import FunctionHost
import Glibc
import Synchronization
import Web

struct Probe: Sendable {
    let wake: @Sendable (String) async -> Void

    var function: Function {
        Function(router: router, events: .all) { payload, context in
            try await obey(Array(payload), context)
        }
    }

    private func obey(_ payload: [UInt8], _ context: InvocationContext) async throws -> Data {
        served.add(1, ordering: .relaxed)
        let order = try JSONValue(parsing: payload)
        switch order["do"]?.string ?? "echo" {
        case "echo": return Data(payload)
        case "context": return answer(describe(context))
        case "environment": return answer(Self.variable(order["name"]?.string ?? "").map(JSONValue.string) ?? .null)
        case "sleep": try await Task.sleep(for: .milliseconds(order["ms"]?.integer ?? 0))
        case "spin": spin(milliseconds: order["ms"]?.integer ?? 0)
        case "throw": throw ProbeError(description: order["message"]?.string ?? "told to fail")
        case "exit": exit(Int32(order["code"]?.integer ?? 0))
        case "crash": crash()
        case "allocate": allocate(megabytes: order["mb"]?.integer ?? 0)
        case "big": return answer(.string(String(repeating: "x", count: order["bytes"]?.integer ?? 0)))
        case "raw": return Data((order["text"]?.string ?? "").utf8)
        case "print": printLines(order)
        case "count":
            return answer(
                .object(["count": .integer(served.load(ordering: .relaxed)), "pid": .integer(Int(getpid()))]))
        case "wake": await wake(order["function"]?.string ?? "")
        case let other: throw ProbeError(description: "no such order: \(other)")
        }
        return answer(.object(["done": .bool(true)]))
    }

    private func answer(_ value: JSONValue) -> Data {
        Data(value.bytes)
    }

    private func describe(_ context: InvocationContext) -> JSONValue {
        .object([
            "requestId": .string(context.requestID),
            "arn": .string(context.functionARN),
            "deadlineMs": .integer(Int((context.deadline.timeIntervalSince1970 * 1000).rounded())),
            "traceId": context.traceID.map(JSONValue.string) ?? .null,
            "traceVariable": Self.variable("_X_AMZN_TRACE_ID").map(JSONValue.string) ?? .null,
        ])
    }

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private func spin(milliseconds: Int) {
        let end = ContinuousClock.now + .milliseconds(milliseconds)
        while ContinuousClock.now < end {}
    }

    /// A fault of its own making: a signal that is merely sent may be caught by the runtime's backtracer.
    private func crash() {
        UnsafeMutablePointer<UInt8>(bitPattern: 1)?.pointee = 0
    }

    private func allocate(megabytes: Int) {
        let bytes = [UInt8](repeating: 1, count: megabytes << 20)
        held.withLock { $0.append(bytes) }
    }

    private func printLines(_ order: JSONValue) {
        if let text = order["text"]?.string { print(text) }
        guard let error = order["error"]?.string else { return }
        let line = Array("\(error)\n".utf8)
        _ = line.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

private let served = Atomic<Int>(0)
private let held = Mutex<[[UInt8]]>([])

// MARK: HTTP

extension Probe {
    private var router: Router {
        var router = Router()
        router.on("GET /probe") { _ in
            Response(status: 200, headers: Headers([("content-type", "application/json")]), body: Array("{}".utf8))
        }
        router.on("ANY /probe/echo") { request in Response.json(describe(request)) }
        router.on("POST /probe/do") { request in
            let context = InvocationContext(
                requestID: request.requestID, functionARN: "", deadline: request.deadline ?? Date())
            let data = try await obey(request.body, context)
            return Response(status: 200, headers: Headers([("content-type", "application/json")]), body: Array(data))
        }
        router.on("GET /probe/bytes") { _ in
            Response(
                status: 200, headers: Headers([("content-type", "application/octet-stream")]), body: [0, 0xFF, 0xFE, 1])
        }
        router.on("GET /probe/cookies") { _ in
            Response(status: 204, cookies: ["a=1; Path=/; HttpOnly", "b=2; Path=/"])
        }
        router.on("GET /probe/fault") { _ in throw Fault.invalid("name", "Give a name.") }
        router.on("GET /probe/error") { _ in throw ProbeError(description: "a secret detail") }
        return router
    }

    private func describe(_ request: Request) -> JSONValue {
        .object([
            "method": .string(request.method.rawValue),
            "path": .string(request.path),
            "rawQuery": .string(request.rawQuery),
            "headers": .object(
                Dictionary(
                    request.headers.fields.map { ($0.name, .string($0.value)) }, uniquingKeysWith: { first, _ in first }
                )),
            "cookies": .object(request.cookies.mapValues(JSONValue.string)),
            "bodyHex": .string(request.body.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()),
            "sourceIP": .string(request.sourceIP),
        ])
    }
}
