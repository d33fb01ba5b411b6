import Foundation

/// Blocking sockets on loopback for servers that live as long as one test.
package enum TestSocket {
    package static func listen() throws -> (descriptor: Int32, port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw TestSetupError("no port on loopback: errno \(errno)") }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// A port that nobody listens on just now.
    package static func freePort() throws -> UInt16 {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    /// Until another process listens there.
    package static func wait(for port: UInt16) async throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let (status, _) = try await Program.run("/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(port)"])
            if status == 0 { return }
            try await Task.sleep(for: .milliseconds(25))
        }
        throw TestSetupError("nobody listens on \(port)")
    }

    /// `nil` once the listener was closed.
    package static func accept(_ listener: Int32) -> Int32? {
        let connection = Glibc.accept(listener, nil, nil)
        if connection >= 0 { _ = fcntl(connection, F_SETFD, FD_CLOEXEC) }
        return connection >= 0 ? connection : nil
    }

    /// Reads requests until the peer leaves.
    package static func serve(_ connection: Int32, _ handle: (ReceivedRequest) -> Void) {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            while let (request, length) = request(in: received) {
                received.removeFirst(length)
                handle(request)
            }
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        Glibc.close(connection)
    }

    package static func send(_ bytes: [UInt8], on connection: Int32, byteByByte: Bool = false) {
        if byteByByte {
            var isOn: Int32 = 1
            setsockopt(
                connection, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
        }
        var sent = 0
        while sent < bytes.count {
            let end = byteByByte ? sent + 1 : bytes.count
            let count = bytes[sent..<end].withUnsafeBytes {
                Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    static func shutDown(_ connection: Int32) {
        shutdown(connection, Int32(SHUT_WR))
    }

    package static func close(_ listener: Int32) {
        // Wakes the thread that accepts; closing alone does not.
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// The first whole request and its length.
    private static func request(in bytes: [UInt8]) -> (ReceivedRequest, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            headers[line[..<colon].lowercased()] = value
        }
        let length = end.upperBound + (Int(headers["content-length"] ?? "0") ?? 0)
        guard words.count == 3, bytes.count >= length else { return nil }
        let body = Array(bytes[end.upperBound..<length])
        return (ReceivedRequest(method: words[0], path: words[1], headers: headers, body: body), length)
    }
}
