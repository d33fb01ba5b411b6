package import Domain
import FoundationEssentials
import Postgres
import Store

/// The connection on which a process listens for calls and looks for jobs. Made with the first run and kept for the next.
package actor RunnerCalls {
    private let url: String
    /// This process's name among runners.
    private let id: UUID
    private let announcement: Double
    private var connection: Connection?
    /// On which connection this runner listens, and since when it says so; `nil`: it doesn't.
    private var announced: (on: Connection, at: ContinuousClock.Instant)?

    package init(url: String, ids: IDSource, pace: RunnerPace = RunnerPace()) {
        self.url = url
        announcement = pace.announcement
        id = ids.next()
    }

    /// Announces this runner and takes the next job, in one round trip; asks when there will be one when there is none.
    func look(
        _ queue: JobQueue, _ kinds: [JobKind], after last: OrganizationID?, unlessAnother: Bool
    ) async throws -> RunnerLook {
        try await exchanging { connection in
            let began = ContinuousClock.now
            let announcing = isAnnounced(on: connection) ? [] : announcing(unlessAnother: unlessAnother)
            let found = try await queue.claim(kinds, after: last, on: connection, first: announcing)
            if !announcing.isEmpty {
                let isListening: Bool = try found.first.last?.first?["announced"] ?? false
                announced = isListening ? (connection, began) : nil
            }
            let due = found.job == nil ? try await connection.query(queue.nextDue(kinds, after: last)).first : nil
            return RunnerLook(job: found.job, isListening: announced != nil, secondsToNext: try due?["seconds"])
        }
    }

    private func announcing(unlessAnother: Bool) -> [Query] {
        ["listen parley_jobs", .announce(runner: id, seconds: announcement, unlessAnother: unlessAnother)]
    }

    /// It still holds at the next look, which comes within half of its time (`RunnerWatch.pause`).
    private func isAnnounced(on connection: Connection) -> Bool {
        guard let announced, announced.on === connection else { return false }
        return ContinuousClock.now - announced.at < .seconds(announcement / 4)
    }

    /// Stops listening. Seconds until the next job can be taken.
    func leave(_ queue: JobQueue, _ kinds: [JobKind]) async throws -> Double? {
        let due = queue.nextDue(kinds)
        announced = nil
        let answers = try await exchanging { [id] connection in
            try await connection.pipeline(
                ["begin", .withdraw(runner: id), "unlisten parley_jobs", "commit", due])
        }
        return try answers.last?.first?["seconds"]
    }

    /// Until somebody calls, at most so many seconds.
    func wait(seconds: Double) async throws {
        guard let connection else { return }
        let end = ContinuousClock.now + .seconds(seconds)
        do {
            // Calls of other runners don't prolong it.
            while let call = try await connection.notification(within: max(0, (end - .now) / .seconds(1))) {
                if call.payload == id.uuidString.lowercased() { return }
            }
        } catch {
            // The next look makes a new one.
            self.connection = nil
            announced = nil
        }
    }

    /// A connection that died since its last use is replaced once. It may have died behind a claim: that job is taken up
    /// again when its lease has passed.
    private func exchanging<Result: Sendable>(
        _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        if let connection, await connection.isUsable {
            do {
                return try await body(connection)
            } catch let error as PostgresError where error.code == .connection {
                self.connection = nil
            }
        }
        let fresh = try await Connection.connect(url)
        connection = fresh
        return try await body(fresh)
    }
}
