import Conversation
import Domain
import FoundationEssentials
import NIOCore
import NIOSSL
import Outbound
import Postgres
import Store

/// Everything from outside that a line uses; the same for all lines of a process.
struct LineEnvironment: Sendable {
    var settings: Settings
    var database: Database
    var box: SecretBox
    /// Times on the road; leases, pauses and certificates are real time.
    var clock: WallClock
    var randomness: Randomness
    var ids: IDSource
    var http: HTTPClient
    var debounce: Debounce
    var faults: FaultPoints
    var loops: any EventLoopGroup
    /// `nil` for a test server without TLS.
    var tls: NIOSSLContext?
    /// Connections being opened.
    var openings: Gate
    /// Wakes a job runner.
    var wakeJobs: @Sendable () async -> Void
    var log: LineLog
}

/// What a line tells the operator. Never texts, never keys.
struct LineLog: Sendable {
    var note: @Sendable (_ text: String, _ fields: [String: String]) -> Void
    var complain: @Sendable (_ text: String, _ error: any Error, _ fields: [String: String]) -> Void

    static let none = LineLog(note: { _, _ in }, complain: { _, _, _ in })
}

/// Lets so many through at a time; the others wait their turn.
actor Gate {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(_ places: Int) {
        free = places
    }

    func enter() async {
        guard free == 0 else {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().resume()
    }
}
