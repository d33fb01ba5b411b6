import Foundation
import Glibc
import Support
import Synchronization

/// A TCP server on a loopback port of the system's choice that does what each test's script says, byte by byte.
final class LocalServer: Sendable {
    let port: Int
    private let listener: Int32
    private let counters = Mutex((connections: 0, requests: [String]()))

    var connections: Int { counters.withLock { $0.connections } }
    /// Heads and bodies of what arrived, in order.
    var requests: [String] { counters.withLock { $0.requests } }
    var url: String { "http://127.0.0.1:\(port)" }
    var address: String { "127.0.0.1:\(port)" }

    /// - Parameter script: runs once per connection on a thread of its own; the connection closes when it returns.
    init(_ script: @escaping @Sendable (Peer) -> Void) throws {
        let (listener, port) = try TestSocket.listen()
        self.listener = listener
        self.port = Int(port)
        // Threads of their own: a script blocks, and may wait for another script.
        Thread.detachNewThread {
            while let descriptor = TestSocket.accept(listener) {
                self.counters.withLock { $0.connections += 1 }
                Thread.detachNewThread {
                    script(Peer(descriptor: descriptor, server: self))
                    close(descriptor)
                }
            }
            close(listener)
        }
    }

    /// The accepting thread closes the socket: its number could otherwise be another test's by the next `accept`.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    fileprivate func record(_ request: String) {
        counters.withLock { $0.requests.append(request) }
    }

    struct Peer: Sendable {
        fileprivate let descriptor: Int32
        fileprivate let server: LocalServer

        /// Reads one request with its Content-Length body; `nil` when the client closed.
        @discardableResult
        func read() -> String? {
            var bytes: [UInt8] = []
            var wanted = Int.max
            while bytes.count < wanted {
                var chunk = [UInt8](repeating: 0, count: 65536)
                let count = Glibc.recv(descriptor, &chunk, chunk.count, 0)
                guard count > 0 else { return nil }
                bytes += chunk[..<count]
                let text = String(decoding: bytes, as: UTF8.self)
                guard wanted == .max, let end = text.firstRange(of: "\r\n\r\n") else { continue }
                let length = text.lowercased().firstRange(of: "content-length: ").flatMap { range in
                    Int(text.lowercased()[range.upperBound...].prefix { $0.isNumber })
                }
                wanted = text[..<end.upperBound].utf8.count + (length ?? 0)
            }
            let request = String(decoding: bytes, as: UTF8.self)
            server.record(request)
            return request
        }

        func write(_ text: String) { write(Array(text.utf8)) }

        func write(_ bytes: [UInt8]) { TestSocket.send(bytes, on: descriptor) }

        func answer(_ body: String, status: String = "200 OK", headers: String = "") {
            write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
        }

        /// Returns when the client closes: a hanging server without a sleep.
        func waitForClose() {
            var byte: UInt8 = 0
            while Glibc.recv(descriptor, &byte, 1, 0) > 0 {}
        }
    }
}
