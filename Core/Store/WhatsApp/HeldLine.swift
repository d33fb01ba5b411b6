package import Domain
package import FoundationEssentials
package import Postgres

/// A WhatsApp line as its worker holds it. Every transaction about the line names this; once another worker has taken the
/// line over none of them commits.
package struct HeldLine: Sendable, Hashable {
    package let channel: ChannelID
    package let organization: OrganizationID
    package let worker: UUID
    /// Rises with every take-over.
    package let fence: Int

    package init(channel: ChannelID, organization: OrganizationID, worker: UUID, fence: Int) {
        self.channel = channel
        self.organization = organization
        self.worker = worker
        self.fence = fence
    }
}

/// Another worker holds the line now: stop at once, write nothing, say nothing.
package struct LineLost: Error, Sendable, Equatable, CustomStringConvertible {
    package let description = "the line is held by another worker"
    package init() {}
}

extension Database {
    /// One transaction for one held line, in one round trip.
    @discardableResult
    package func pipeline(holding line: HeldLine, _ queries: [Query]) async throws -> [[Row]] {
        try await naming { try await self.pipeline(for: line.organization, [.hold(line)] + queries) }.dropFirst().map {
            $0
        }
    }

    /// Reads about one held line, in one round trip. Takes no lock and writes nothing, so nothing waits for the disk: what
    /// is written because of it is fenced by its own transaction.
    package func pipeline(reading line: HeldLine, _ queries: [Query]) async throws -> [[Row]] {
        let answers = try await pipeline(for: line.organization, [.isHeld(line)] + queries)
        guard try answers[0].first?["held"] == true else { throw LineLost() }
        return Array(answers.dropFirst())
    }

    /// A transaction for one held line, for what needs a decision in the middle. Repeated when it meets another one: the body has no
    /// effects elsewhere.
    package func transaction<Result: Sendable>(
        holding line: HeldLine, _ body: (Connection) async throws -> Result
    ) async throws -> Result {
        try await naming {
            try await repeating {
                try await self.transaction(opening: [.enter(line.organization), .hold(line)], body)
            }
        }
    }

    private func naming<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "PLF01" {
            throw LineLost()
        }
    }
}

extension Query {
    fileprivate static func isHeld(_ line: HeldLine) -> Query {
        """
        select exists (
            select from whatsapp_lines
            where channel_id = \(line.channel) and holder = \(line.worker) and fence = \(line.fence)) as held
        """
    }

    static func hold(_ line: HeldLine) -> Query {
        "select hold_line(\(line.channel), \(line.worker), \(line.fence))"
    }
}

/// Which lines a worker holds, across organizations.
package struct LineLeases: Sendable {
    package struct Lease: Sendable, Equatable {
        package let line: HeldLine
        /// Rises with every wish of the owner.
        package let asked: Int
    }

    private let database: Database
    private let worker: UUID
    /// Real seconds until a silent worker's lines are given to another.
    package let seconds: Double

    package init(database: Database, worker: UUID, seconds: Double) {
        self.database = database
        self.worker = worker
        self.seconds = seconds
    }

    /// Takes up to `room` lines that nobody holds.
    package func claim(room: Int) async throws -> [Lease] {
        let rows = try await database.query("select * from claim_lines(\(worker), \(room)::integer, \(seconds))")
        return try rows.map { row throws(PostgresError) in
            let line = HeldLine(
                channel: try row["channel_id"], organization: try row["organization_id"], worker: worker,
                fence: try row["fence"])
            return Lease(line: line, asked: try row["asked"])
        }
    }

    /// Keeps every line for another lease, in one statement.
    /// - Returns: fence and wish count of the lines that are still ours.
    package func renew() async throws -> [ChannelID: (fence: Int, asked: Int)] {
        let rows = try await database.query("select * from renew_lines(\(worker), \(seconds))")
        return Dictionary(
            try rows.map { row throws(PostgresError) in
                (try row["channel_id"] as ChannelID, (fence: try row["fence"] as Int, asked: try row["asked"] as Int))
            }, uniquingKeysWith: { first, _ in first })
    }

    /// Gives lines back at once.
    package func release(_ lines: [ChannelID]) async throws {
        try await database.query("select release_lines(\(worker), \(array: lines.map(\.rawValue)))")
    }
}
