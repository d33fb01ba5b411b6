package import Domain
package import Postgres
package import Store

/// Where every channel hands in what customers wrote: one transaction, one round trip, nothing to wait for.
package struct Inbox: Sendable {
    private let database: Database
    private let clock: WallClock
    private let ids: IDSource
    private let debounce: Debounce
    private let faults: FaultPoints

    /// A connection that died while idle, or a deadlock: the same message again changes nothing, so it is safe to repeat.
    private static let tries = 3

    package init(
        database: Database, clock: WallClock, ids: IDSource, debounce: Debounce, faults: FaultPoints = .none
    ) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.debounce = debounce
        self.faults = faults
    }

    /// Stores the message and sees to it that its turn will be worked on. A repeated delivery changes nothing.
    ///
    /// When the receipt says so, wake a job runner after this.
    package func receive(_ message: InboundMessage) async throws -> InboundReceipt {
        let query = try Query.receive(message, ids: InboundIDs(ids), at: clock.now(), debounce: debounce)
        let (stored, called) = try await store(query)
        guard let row = stored.first else { throw InboxError.noChannel(message.kind) }
        faults.reach(.inboxStored)
        return try InboundReceipt(row, wakeNeeded: try called.first?["called"] != true)
    }

    private func store(_ query: Query) async throws -> (stored: [Row], called: [Row]) {
        for _ in 1..<Self.tries {
            do {
                return try await storeOnce(query)
            } catch let error as PostgresError where error.code == .connection || error.isRetryable {
                continue
            }
        }
        return try await storeOnce(query)
    }

    /// The message is committed before a runner is called.
    private func storeOnce(_ query: Query) async throws -> (stored: [Row], called: [Row]) {
        var questions = Questions()
        questions.write(["begin"])
        let stored = questions.ask(query)
        questions.write(["commit"])
        let called = questions.ask(.callRunner(dueIn: debounce.quiet))
        let statements = questions.queries
        let answers = Answers(try await database.withConnection { try await $0.pipeline(statements) })
        return (answers[stored], answers[called])
    }
}

package enum InboxError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No organization, not even the platform's, has a channel of that kind.
    case noChannel(ChannelKind)

    package var description: String {
        switch self {
        case .noChannel(let kind): "no channel of kind \(kind.rawValue)"
        }
    }
}
