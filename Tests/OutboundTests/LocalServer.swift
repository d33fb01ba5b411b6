import Foundation
import Glibc
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
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 64) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        guard bound else { throw SetupError() }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        // Threads of their own: a script blocks, and may wait for another script.
        Thread.detachNewThread {
            while true {
                let descriptor = accept(listener, nil, nil)
                guard descriptor >= 0 else {
                    close(listener)
                    return
                }
                self.counters.withLock { $0.connections += 1 }
                Thread.detachNewThread {
                    script(Peer(descriptor: descriptor, server: self))
                    close(descriptor)
                }
            }
        }
    }

    struct SetupError: Error {}

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

        func write(_ bytes: [UInt8]) {
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                sent += count
            }
        }

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
