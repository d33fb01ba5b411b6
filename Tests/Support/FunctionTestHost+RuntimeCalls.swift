import Foundation
import Synchronization

/// How the server answers each call.
extension RuntimeAPIServer {
    func handle(_ request: ReceivedRequest, on connection: Int32) {
        state.withLock { $0.requests.append(request) }
        let path = request.path.split(separator: "/").map(String.init)
        switch (request.method, path.dropFirst().joined(separator: "/")) {
        case ("GET", "runtime/invocation/next"): park(connection)
        case ("POST", "runtime/init/error"):
            state.withLock { $0.startFailure = request.body }
            answer(connection, 202)
        case ("POST", "extension/register") where behaviour.offersExtensions:
            answer(connection, 200, ["Lambda-Extension-Identifier": "extension-1"])
        case ("GET", "extension/event/next") where behaviour.offersExtensions: break
        case ("POST", _) where path.count == 5 && path[2] == "invocation":
            finish(path[3], path[4] == "error" ? .failure(request.body) : .result(request.body), connection)
        default: answer(connection, 404)
        }
    }

    private func park(_ connection: Int32) {
        guard behaviour.nextStatus == 200 else { return answer(connection, behaviour.nextStatus) }
        let waiters = state.withLock { state in
            state.parked = connection
            state.isReady = true
            defer { state.readyWaiters = [] }
            return state.readyWaiters
        }
        for waiter in waiters { waiter.resume() }
        deliver()
    }

    /// Hands the oldest event to the function if it waits.
    func deliver() {
        let delivery = state.withLock { state -> (Pending, Int32)? in
            guard let connection = state.parked, !state.queue.isEmpty else { return nil }
            state.parked = nil
            return (state.queue.removeFirst(), connection)
        }
        guard let (pending, connection) = delivery else { return }
        let deadline = Int((Date().timeIntervalSince1970 + pending.timeout) * 1000)
        var headers = [
            "Lambda-Runtime-Aws-Request-Id": pending.id, "Lambda-Runtime-Deadline-Ms": String(deadline),
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:000000000000:function:probe",
            "Lambda-Runtime-Trace-Id": "Root=1-6740c1d2-\(pending.id.prefix(8));Sampled=0",
        ]
        if let name = behaviour.omittedHeader { headers[name] = nil }
        answer(connection, 200, headers, pending.payload, chunkSize: behaviour.chunkSize)
    }

    /// What the caller gets is settled whatever status the function sees.
    private func finish(_ id: String, _ outcome: InvocationOutcome, _ connection: Int32) {
        let caller = state.withLock { $0.outcomes.removeValue(forKey: id) }
        answer(connection, caller == nil ? 400 : behaviour.responseStatus)
        caller?.resume(returning: outcome)
    }

    private func answer(
        _ connection: Int32, _ status: Int, _ headers: [String: String] = [:], _ body: [UInt8] = Array("{}".utf8),
        chunkSize: Int? = nil
    ) {
        var head = "HTTP/1.1 \(status) X\r\nContent-Type: application/json\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if behaviour.closesConnections { head += "Connection: close\r\n" }
        head += chunkSize == nil ? "Content-Length: \(body.count)\r\n\r\n" : "Transfer-Encoding: chunked\r\n\r\n"
        let bytes = Array(head.utf8) + (chunkSize.map { chunks(body, $0) } ?? body)
        TestSocket.send(bytes, on: connection, byteByByte: behaviour.sendsByteByByte)
        if behaviour.closesConnections { TestSocket.shutDown(connection) }
    }

    private func chunks(_ body: [UInt8], _ size: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: size) {
            let chunk = body[start..<min(start + size, body.count)]
            bytes += Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        }
        return bytes + Array("0\r\n\r\n".utf8)
    }
}
