import Foundation
import Outbound
import Support
import Testing
import Web

/// What one client or user can do to another who is signed in: it goes on seeing who it is and what happens, about as fast as without.
@Suite(.serialized) struct SignInAttackTests {
    private static let looks = 60
    private static let factor = 1.5
    /// Seconds: two cores do the attacker's work too.
    private static let floor = 0.8
    private static let attacker = "203.0.113.66"
    private static let neighbour = "198.51.100.7"

    @Test(.timeLimit(.minutes(6))) func nobodyTakesAnothersSignInOrView() async throws {
        try await TestDatabase.with { database in
            try await Installation.with(databases: (database.appURL, database.ownerURL)) { installation in
                let victim = try await Self.signUp(installation, "victim")
                let crowd = try await Self.signUp(installation, "crowd")
                try await withstand("30 wrong logins", installation, Self.wrongLogins) {
                    let answer = try await installation.send(
                        "GET", "/api/auth/user", headers: Self.headers(victim, from: Self.neighbour))
                    guard answer.status == 200 else { throw TestSetupError("GET user answered \(answer.status)") }
                }
                try await withstand("a user with 600 viewers", installation, Self.viewers(crowd)) {
                    let stream = try Self.view(installation, victim, from: Self.neighbour)
                    defer { close(stream) }
                    guard try await Self.firstLine(of: stream)?.contains(" 200 ") == true else {
                        throw TestSetupError("the stream did not open")
                    }
                }
            }
        }
    }

    private func withstand(
        _ name: String, _ installation: Installation, _ attack: (Installation) async throws -> Attack.Running,
        _ look: () async throws -> Void
    ) async throws {
        for attempt in 1...3 {
            let quiet = try await p95(look)
            let running = try await attack(installation)
            let under = await Result { try await p95(look) }
            running.end()
            let seconds = try under.get()
            print("\(name): p95 \(quiet) s, under attack \(seconds) s")
            if seconds <= max(Self.factor * quiet, quiet + Self.floor) { return }
            guard attempt == 3 else { continue }
            Issue.record("\(name): p95 of another client is \(seconds) s, in quiet \(quiet) s")
        }
    }

    private func p95(_ look: () async throws -> Void) async throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<Self.looks {
            let began = ContinuousClock.now
            try await look()
            let took = (ContinuousClock.now - began).components
            seconds.append(Double(took.seconds) + Double(took.attoseconds) / 1e18)
        }
        return Victim.Latencies(seconds: seconds).p95
    }

    // MARK: Attacks

    /// A password's hash takes long, and there are two processes.
    private static func wrongLogins(_ installation: Installation) async throws -> Attack.Running {
        let work = Task {
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<30 {
                    group.addTask {
                        while !Task.isCancelled {
                            let body =
                                #"{"email":"nobody-\#(Int.random(in: 0..<1_000_000))@example.com","password":"wrong password"}"#
                            let json = (name: "content-type", value: "application/json")
                            _ = try? await installation.send(
                                "POST", "/api/auth/login", headers: [json] + headers(nil, from: attacker),
                                body: Array(body.utf8), inCrowd: true)
                        }
                    }
                }
            }
        }
        try await Task.sleep(for: .milliseconds(500))
        return Attack.Running(work: work)
    }

    private static func viewers(_ token: String) -> (Installation) async throws -> Attack.Running {
        { installation in
            let sockets = try (0..<600).map { _ in try view(installation, token, from: attacker) }
            try await Task.sleep(for: .milliseconds(500))
            return Attack.Running(sockets: sockets)
        }
    }

    // MARK: Clients

    private static func headers(_ token: String?, from address: String) -> [(name: String, value: String)] {
        [(name: "x-forwarded-for", value: address)]
            + (token.map { [(name: "authorization", value: "Bearer \($0)")] } ?? [])
    }

    private static func signUp(_ installation: Installation, _ name: String) async throws -> String {
        let body =
            #"{"email":"\#(name)@example.com","password":"a long password of \#(name)","business_name":"\#(name)"}"#
        let answer = try await installation.send(
            "POST", "/api/auth/signup", headers: [(name: "content-type", value: "application/json")],
            body: Array(body.utf8))
        let json = try JSONValue(parsing: answer.body)
        return try #require(json["token"]?.string, "signing up answered \(answer.status)")
    }

    private static func view(_ installation: Installation, _ token: String, from address: String) throws -> Int32 {
        let fields = headers(token, from: address).map { "\($0.name): \($0.value)\r\n" }.joined()
        let stream = installation.connect("GET /api/v1/events/stream HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return try #require(stream, "no connection")
    }

    /// Of the answer; `nil` when none came.
    private static func firstLine(of stream: Int32) async throws -> String? {
        let deadline = ContinuousClock.now + .seconds(30)
        var buffer = [UInt8](repeating: 0, count: 4096)
        while ContinuousClock.now < deadline {
            let count = recv(stream, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            if count > 0 {
                return String(decoding: buffer.prefix(count), as: UTF8.self).split(separator: "\r\n").first.map(
                    String.init)
            }
            if count == 0 { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
        return nil
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
