package import Domain
package import Postgres
package import Store

/// Where every channel hands in what customers wrote: one transaction, one round trip, nothing to wait for.
package struct Inbox: Sendable {
    private let database: Database
    private let clock: WallClock
    private let ids: IDSource
    private let debounce: Debounce
    private let patience: Double
    private let faults: FaultPoints

    /// Real seconds. Twilio gives a webhook 15; a connection that is tried at the end of these may take five more.
    package static let webhookPatience = 8.0

    /// - Parameter patience: real seconds for which a database that is away is waited for: most providers deliver a message once.
    package init(
        database: Database, clock: WallClock, ids: IDSource, debounce: Debounce,
        patience: Double = Inbox.webhookPatience, faults: FaultPoints = .none
    ) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.debounce = debounce
        self.patience = patience
        self.faults = faults
    }

    /// Stores the message and sees to it that its turn will be worked on. A repeated delivery changes nothing.
    ///
    /// When the receipt says so, wake a job runner after this.
    ///
    /// One that the database refuses is kept by its name only: whoever delivers it can't make it better, and a person can ask.
    /// - Throws: `InboxError.refused` when not even that is possible; `PostgresError` when the database is to blame.
    package func receive(_ message: InboundMessage) async throws -> InboundReceipt {
        do {
            return try await storeAsItIs(message)
        } catch let error as PostgresError where error.isAboutData {
            do {
                return try await storeAsItIs(message.unstorable)
            } catch let error as PostgresError where error.isAboutData {
                throw InboxError.refused
            }
        }
    }

    private func storeAsItIs(_ message: InboundMessage) async throws -> InboundReceipt {
        let query = try Query.receive(message, ids: InboundIDs(ids), at: clock.now(), debounce: debounce)
        let (stored, called) = try await store(query)
        guard let row = stored.first else { throw InboxError.noChannel(message.kind) }
        faults.reach(.inboxStored)
        return try InboundReceipt(row, wakeNeeded: try called.first?["called"] != true)
    }

    /// The same message again changes nothing, so it is safe to repeat.
    private func store(_ query: Query) async throws -> (stored: [Row], called: [Row]) {
        try await database.persisting(for: patience) { try await storeOnce(query) }
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
    /// The database takes neither the message nor a note of it.
    case refused

    package var description: String {
        switch self {
        case .noChannel(let kind): "no channel of kind \(kind.rawValue)"
        case .refused: "the message holds something that can't be stored"
        }
    }
}
