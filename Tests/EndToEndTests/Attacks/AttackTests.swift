import Domain
import Foundation
import Outbound
import Postgres
import Support
import Synchronization
import Testing
import Web

/// What one stranger or tenant can do to all others, against a real installation in which another business goes on working: its
/// customers' messages are acknowledged and answered about as fast as without it, the host lives, and its memory stays bounded.
///
/// With `PARLEY_LONG=1` each attack is measured over more messages.
@Suite(.serialized) struct AttackTests {
    private static let isLong = ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"
    static let messages = isLong ? 60 : 8
    /// An attack may make it so many times slower, or by so many seconds: two cores do the attacker's work too.
    private static let factor = 1.5
    private static let floor = 0.8
    /// Bytes that the host may have more after all of them.
    private static let growth = 160 << 20

    @Test(.timeLimit(.minutes(6))) func nobodyTakesTheOthersPlace() async throws {
        try await TestDatabase.with { database in
            try await Installation.with(
                databases: (database.appURL, database.ownerURL), model: SlowModel.answer
            ) { installation in
                let neighbour = Bakery.rows(of: OrganizationID(UUID()), line: Installation.neighbour)
                _ = try await installation.owner.withConnection { try await $0.pipeline(neighbour) }
                let victim = Victim(installation: installation)
                _ = try await victim.latencies(4)
                let host = try #require(victim.hostProcess, "the host's process was not found")
                let before = HostMemory.resident(of: host)
                for attack in Attack.all { try await withstand(attack, victim) }
                let grown = HostMemory.resident(of: host) - before
                #expect(kill(host, 0) == 0, "the host has ended")
                #expect(grown < Self.growth, "the host has \(grown >> 20) MB more")
                print("attacks: the host has \(grown >> 20) MB more")
            }
        }
    }

    private func withstand(_ attack: Attack, _ victim: Victim) async throws {
        for attempt in 1...3 {
            let quiet = try await victim.latencies(Self.messages)
            let running = try await attack.begin(victim.installation)
            let under = try await victim.latencies(Self.messages)
            running.end()
            let allowed = max(Self.factor * quiet.p95, quiet.p95 + Self.floor)
            print("\(attack.name): p95 \(quiet.p95) s, under attack \(under.p95) s")
            if under.p95 <= allowed { return }
            guard attempt == 3 else { continue }
            Issue.record("\(attack.name): p95 of another business is \(under.p95) s, in quiet \(quiet.p95) s")
        }
    }
}

/// The business that goes on working: a customer writes, and the reply is with Twilio.
struct Victim: Sendable {
    let installation: Installation
    /// Each writes once: a conversation may be a person's after the first reply.
    private static let customers = Mutex(100)

    struct Latencies: Sendable {
        var seconds: [Double]

        var p95: Double { seconds.sorted()[min(seconds.count - 1, seconds.count * 95 / 100)] }
    }

    func latencies(_ count: Int) async throws -> Latencies {
        var seconds: [Double] = []
        for _ in 0..<count {
            let number = Self.customers.withLock { last in
                last += 1
                return last
            }
            let began = ContinuousClock.now
            let message = Installation.message("SM-\(UUID().uuidString)", from: number, "Are you open today?")
            let answer = try await installation.webhook(message)
            guard answer.status == 200 else { throw TestSetupError("the webhook answered \(answer.status)") }
            let isAnswered = try await installation.eventually(within: 60) {
                !installation.bubbles(of: number).isEmpty
            }
            guard isAnswered else { throw TestSetupError("no reply within a minute") }
            let took = (ContinuousClock.now - began).components
            seconds.append(Double(took.seconds) + Double(took.attoseconds) / 1e18)
        }
        return Latencies(seconds: seconds)
    }

    /// Of the program that listens where the installation is reached.
    var hostProcess: pid_t? {
        guard let port = installation.url.split(separator: ":").last.flatMap({ UInt16($0) }) else { return nil }
        return HostMemory.listener(on: port)
    }
}

/// Answers at once, or slowly when a customer says so.
enum SlowModel {
    static let word = "codeword-slow"

    static let answer: LoopbackServer.Handle = { call in
        if String(decoding: call.body, as: UTF8.self).contains(word) { Thread.sleep(forTimeInterval: 4) }
        return .json(
            #"{"choices":[{"message":{"role":"assistant","content":"Yes, we are open today."},"finish_reason":"stop"}]}"#
        )
    }
}

enum HostMemory {
    static func resident(of process: pid_t) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8)) ?? ""
        return (Int(text.split(separator: " ").dropFirst().first ?? "") ?? 0) * Int(getpagesize())
    }

    /// By the socket's inode (proc(5): net/tcp, fd).
    static func listener(on port: UInt16) -> pid_t? {
        let hex = String(port, radix: 16, uppercase: true)
        let place = ":" + String(repeating: "0", count: 4 - hex.count) + hex
        let table = (try? String(contentsOfFile: "/proc/net/tcp", encoding: .utf8)) ?? ""
        let line = table.split(separator: "\n").map { $0.split(separator: " ") }.first { fields in
            fields.count > 9 && fields[1].hasSuffix(place) && fields[3] == "0A"
        }
        guard let inode = line?[9] else { return nil }
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: "/proc")) ?? [] {
            guard let process = pid_t(name) else { continue }
            let open = (try? files.contentsOfDirectory(atPath: "/proc/\(name)/fd")) ?? []
            let isOurs = open.contains {
                (try? files.destinationOfSymbolicLink(atPath: "/proc/\(name)/fd/\($0)")) == "socket:[\(inode)]"
            }
            if isOurs { return process }
        }
        return nil
    }
}
