import Domain
import Postgres

/// What Postgres calls out: lines whose owner asked for something, destinations with a message to send. Calls are hints;
/// whoever misses one looks by itself soon after.
struct Wakeups: Sendable {
    let url: String
    let randomness: Randomness
    /// Once for each kind of trouble until calls are heard again: a database that is away for an hour fills no log.
    let report: @Sendable (any Error) -> Void
    var backoff = Backoff(base: 0.5, limit: 30)
    /// Waits real seconds.
    var pause: @Sendable (Double) async throws -> Void = { try await Task.sleep(for: .seconds($0)) }

    /// Real seconds one wait takes at most; the end of the process waits for it.
    private static let wait = 0.5

    enum Call: Sendable {
        case lines
        case destination(String)
        /// Connected anew: calls may have been missed.
        case missed
    }

    /// Until cancelled.
    func listen(_ hear: @Sendable (Call) async -> Void) async {
        var trouble = Trouble()
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(url)
                try await connection.script("listen parley_lines; listen parley_destination")
                trouble = Trouble()
                await hear(.missed)
                try await follow(connection, hear)
                await connection.close()
            } catch {
                if Task.isCancelled { return }
                if trouble.isNew(error) { report(error) }
                try? await pause(backoff.delay(after: trouble.failures, fraction: randomness.fraction))
            }
        }
    }

    private func follow(_ connection: Connection, _ hear: @Sendable (Call) async -> Void) async throws {
        while !Task.isCancelled {
            guard let note = try await connection.notification(within: Self.wait) else { continue }
            await hear(note.channel == "parley_lines" ? .lines : .destination(note.payload))
        }
    }

    /// Failures since calls were last heard.
    private struct Trouble {
        private(set) var failures = 0
        /// As errors describe themselves to strangers: without what differs from one time to the next.
        private var kinds: Set<String> = []

        mutating func isNew(_ error: any Error) -> Bool {
            failures += 1
            return kinds.insert("\(error)").inserted
        }
    }
}
