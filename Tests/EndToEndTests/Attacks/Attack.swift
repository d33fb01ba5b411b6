import Domain
import Foundation
import Postgres
import Support
import Synchronization
import Web

/// One thing that a stranger or a tenant does until it is told to end.
struct Attack: Sendable {
    let name: String
    /// Returns when it is under way.
    let begin: @Sendable (Installation) async throws -> Running

    final class Running: Sendable {
        private let work: Task<Void, Never>?
        private let sockets: [Int32]

        init(work: Task<Void, Never>? = nil, sockets: [Int32] = []) {
            self.work = work
            self.sockets = sockets
        }

        func end() {
            work?.cancel()
            for socket in sockets { close(socket) }
        }
    }

    static let all = [
        halfOpen, readingNothing, manyNames, escapes, wrongLogins, longMessages, slowBodies, slowTurns,
    ]

    // MARK: Strangers

    /// As many as this process may open, up to what locked everybody out.
    private static let halfOpen = Attack(name: "half-open connections") { installation in
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 6_000)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let count = min(4_300, Int(limit.rlim_cur) - 400)
        return Running(sockets: (0..<max(200, count)).compactMap { _ in installation.connect("") })
    }

    private static let readingNothing = Attack(name: "answers that nobody reads") { installation in
        let request = "GET /api/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
        return Running(
            sockets: (0..<8).compactMap { _ in installation.connect(String(repeating: request, count: 100)) })
    }

    private static let manyNames = repeating("3,300 names in a query", times: 4) { installation in
        let query = (0..<2_500).map { String($0, radix: 36) }.joined(separator: "&")
        _ = try await installation.send("GET", "/api/health?\(query)", inCrowd: true)
    }

    private static let escapes = repeating("a megabyte of control characters", times: 2) { installation in
        _ = try await installation.send(
            "POST", "/api/auth/login", headers: [("content-type", "application/json")],
            body: [UInt8](repeating: 1, count: 1 << 20), inCrowd: true)
    }

    private static let wrongLogins = repeating("wrong logins", times: 30) { installation in
        let body = #"{"email":"nobody-\#(Int.random(in: 0..<1_000_000))@example.com","password":"wrong password"}"#
        _ = try await installation.send(
            "POST", "/api/auth/login", headers: [("content-type", "application/json")], body: Array(body.utf8),
            inCrowd: true)
        try await Task.sleep(for: .milliseconds(200))
    }

    /// Six megabytes each that never become whole.
    private static let slowBodies = Attack(name: "bodies that never end") { installation in
        let head = "POST /api/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 6000000\r\n\r\n"
        let part = String(repeating: "x", count: 200_000)
        return Running(sockets: (0..<100).compactMap { _ in installation.connect(head + part) })
    }

    // MARK: Tenants

    private static let longMessages = Attack(name: "messages of 65,000 characters") { installation in
        let text = String(repeating: "when are you open, ", count: 3_400)
        for number in 0..<12 {
            _ = try await installation.webhook(
                installation.neighbour("SM-long-\(UUID().uuidString)", from: number / 6, text))
        }
        return Running()
    }

    private static let slowTurns = Attack(name: "40 slow turns of one organization") { installation in
        for number in 0..<40 {
            let text = "\(SlowModel.word): are you open?"
            _ = try await installation.webhook(
                installation.neighbour("SM-slow-\(UUID().uuidString)", from: 10 + number, text))
        }
        return Running()
    }

    /// The same request again and again, so many at a time.
    private static func repeating(
        _ name: String, times: Int, _ request: @escaping @Sendable (Installation) async throws -> Void
    ) -> Attack {
        Attack(name: name) { installation in
            let work = Task {
                await withTaskGroup(of: Void.self) { group in
                    for _ in 0..<times {
                        group.addTask { while !Task.isCancelled { try? await request(installation) } }
                    }
                }
            }
            try await Task.sleep(for: .milliseconds(300))
            return Running(work: work)
        }
    }
}

extension Installation {
    /// Another business of the same installation.
    static let neighbour = "whatsapp:+14155238887"

    func neighbour(_ sid: String, from number: Int, _ text: String) -> FormFields {
        FormFields([
            ("MessageSid", sid), ("From", "whatsapp:+1555900\(1000 + number)"), ("To", Self.neighbour), ("Body", text),
            ("NumMedia", "0"),
        ])
    }

    /// A connection with a request on it that is not waited for; `nil` where none can be opened.
    func connect(_ request: String) -> Int32? {
        guard let port = url.split(separator: ":").last.flatMap({ UInt16($0) }) else { return nil }
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = port.bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        let bytes = Array(request.utf8)
        _ = bytes.withUnsafeBytes {
            Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        return descriptor
    }
}
