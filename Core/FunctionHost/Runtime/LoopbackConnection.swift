import Glibc

/// A keep-alive HTTP/1.1 connection to a host on this machine: the Runtime API, and the runner's Invoke API.
///
/// It is written out here because it is the first thing a cold function does: libcurl would cost more to load than all
/// the rest takes. Plain HTTP only, one request at a time. Not `Sendable`: it belongs to one task.
final class LoopbackConnection {
    /// Told when a request was sent and its answer is waited for, and when the first byte can be read.
    struct Waiting {
        var begins: (_ socket: Int32) -> Void = { _ in }
        var ends: () -> Void = {}
    }

    private let host: String
    private let port: String
    /// In front of every path: `/` and a secret of the host's, or nothing.
    private let prefix: String
    /// -1 when there is no connection.
    private(set) var descriptor: Int32 = -1
    private var received = ReceivedBytes()

    /// - Parameter authority: `host:port`, and whatever the host puts in front of its paths: `127.0.0.1:9001/secret`.
    init(authority address: String) throws(LoopbackError) {
        let authority = address.prefix { $0 != "/" }
        let path = address[authority.endIndex...]
        prefix = String(path.hasSuffix("/") ? path.dropLast() : path)
        guard let colon = authority.lastIndex(of: ":"), UInt16(authority[authority.index(after: colon)...]) != nil
        else {
            throw .badAuthority
        }
        host = String(authority[..<colon].drop { $0 == "[" }.prefix { $0 != "]" })
        port = String(authority[authority.index(after: colon)...])
    }

    deinit {
        disconnect()
    }

    /// Sends a request and reads the whole answer. `seconds` bounds both; `nil` waits for ever. A kept-alive connection
    /// that the peer has closed meanwhile is replaced once, provided that no byte of an answer had arrived.
    func exchange(
        _ request: LoopbackRequest, timeout seconds: Double? = nil, bodyLimit: Int = 1 << 16,
        waiting: Waiting = Waiting()
    ) throws(LoopbackError) -> LoopbackResponse {
        let deadline = seconds.map { ContinuousClock.now + .seconds($0) }
        let isReused = descriptor >= 0
        do {
            return try attempt(request, until: deadline, bodyLimit: bodyLimit, waiting: waiting)
        } catch .closed where isReused {
            return try attempt(request, until: deadline, bodyLimit: bodyLimit, waiting: waiting)
        }
    }

    /// Sends two requests in one write and reads both answers: half the system calls and half the waking up of one after
    /// the other. For a host that is known to read ahead (RFC 9112, 9.3.2). `seconds` bounds the first answer only,
    /// which counts whatever becomes of the second.
    func exchange(
        _ first: LoopbackRequest, timeout seconds: Double, then second: LoopbackRequest, bodyLimit: Int,
        waiting: Waiting
    ) throws(LoopbackError) -> (first: LoopbackResponse, second: Result<LoopbackResponse, LoopbackError>) {
        var answer: LoopbackResponse?
        do throws(LoopbackError) {
            let deadline = ContinuousClock.now + .seconds(seconds)
            try connectIfNeeded()
            try write(bytes(of: first) + bytes(of: second), until: deadline)
            let early = try readResponse(until: deadline, bodyLimit: 1 << 16)
            answer = early
            guard !early.closes else { throw .closed }
            if received.count == 0 {
                waiting.begins(descriptor)
                try wait(for: POLLIN, until: nil)
                waiting.ends()
            }
            return (early, .success(try readResponse(until: nil, bodyLimit: bodyLimit)))
        } catch .closed {
            // The host closed a connection it had kept: once more, one after the other.
            disconnect()
            if answer == nil { answer = try exchange(first, timeout: seconds) }
            guard let answer else { throw .closed }
            return (
                answer,
                Result { () throws(LoopbackError) in
                    try exchange(second, bodyLimit: bodyLimit, waiting: waiting)
                }
            )
        } catch {
            disconnect()
            guard let answer else { throw error }
            return (answer, .failure(error))
        }
    }

    /// Sends a request whose answer nobody will read.
    func post(andForget request: LoopbackRequest) throws(LoopbackError) {
        try connectIfNeeded()
        try write(bytes(of: request), until: nil)
    }

    private func bytes(of request: LoopbackRequest) -> [UInt8] {
        request.bytes(host: host, port: port, prefix: prefix)
    }

    private func attempt(
        _ request: LoopbackRequest, until deadline: ContinuousClock.Instant?, bodyLimit: Int, waiting: Waiting
    ) throws(LoopbackError) -> LoopbackResponse {
        do {
            try connectIfNeeded()
            try write(bytes(of: request), until: deadline)
            waiting.begins(descriptor)
            try wait(for: POLLIN, until: deadline)
            waiting.ends()
            let response = try readResponse(until: deadline, bodyLimit: bodyLimit)
            if response.closes { disconnect() }
            return response
        } catch {
            disconnect()
            throw error
        }
    }

    private func readResponse(
        until deadline: ContinuousClock.Instant?, bodyLimit: Int
    ) throws(LoopbackError) -> LoopbackResponse {
        var parser = LoopbackResponseParser(bodyLimit: bodyLimit)
        while true {
            if let response = try parser.next(from: &received) { return response }
            try wait(for: POLLIN, until: deadline)
            let count = received.fill { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 || (count < 0 && errno == EINTR) else {
                throw parser.hasStarted ? .truncated : .closed
            }
        }
    }
}

// MARK: Socket

extension LoopbackConnection {
    func disconnect() {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        received = ReceivedBytes()
    }

    private func connectIfNeeded() throws(LoopbackError) {
        guard descriptor < 0 else { return }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &found) == 0 else { throw .unreachable }
        defer { freeaddrinfo(found) }
        var candidate = found
        while let address = candidate {
            if connect(to: address.pointee) { return }
            candidate = address.pointee.ai_next
        }
        throw .unreachable
    }

    private func connect(to address: addrinfo) -> Bool {
        let socket = Glibc.socket(address.ai_family, address.ai_socktype | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        guard Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 else {
            close(socket)
            return false
        }
        // Requests are written whole: waiting for more (Nagle) would only delay them.
        var yes: Int32 = 1
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        descriptor = socket
        return true
    }

    private func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant?) throws(LoopbackError) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
            }
            if count >= 0 {
                sent += count
            } else if errno == EAGAIN {
                try wait(for: POLLOUT, until: deadline)
            } else if errno != EINTR {
                throw .closed
            }
        }
    }

    private func wait(for event: Int32, until deadline: ContinuousClock.Instant?) throws(LoopbackError) {
        var descriptor = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let ready = poll(&descriptor, 1, deadline.map(milliseconds) ?? -1)
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw .closed }
            if let deadline, ContinuousClock.now >= deadline { throw .timedOut }
        }
    }

    private func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
        let left = ContinuousClock.now.duration(to: deadline).components
        return Int32(clamping: max(0, left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000 + 1))
    }
}
