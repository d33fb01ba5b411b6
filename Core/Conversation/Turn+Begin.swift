import Domain
import FoundationEssentials
import Postgres
import Store

/// The first transaction: which turn, who answers it, and everything that needs no model.
extension Turn {
    func begin(
        _ id: ConversationID, of organization: OrganizationID, isLastTry: Bool
    ) async throws -> TurnStep {
        try await database.transaction(
            for: organization, durability: .inOrder, reading: [.lock(id), .unfinishedTurns(of: id)]
        ) { connection, answers in
            guard let row = answers[0].first else {
                return (.over(.cancel(reason: "There is no such conversation.")), [])
            }
            let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
            guard let turn = turns.first else { return (.over(.done), []) }
            let scene = Scene(
                conversation: try ConversationRecord(row), turn: turn,
                nextDue: turns.dropFirst().first?.dueAt, now: clock.now())
            let (step, writes) = try await begin(scene, isLastTry: isLastTry, on: connection)
            faults.reach(.turnDeciding)
            return (step, writes)
        }
    }

    private typealias Begun = (step: TurnStep, writes: [Query])

    private func begin(_ scene: Scene, isLastTry: Bool, on connection: Connection) async throws -> Begun {
        guard scene.turn.state == .open else { return try await resume(scene, isLastTry: isLastTry, on: connection) }
        guard scene.turn.dueAt <= scene.now else { return (.over(.snooze(until: scene.turn.dueAt)), []) }
        return try await decide(scene, on: connection)
    }

    /// A turn that was being composed when its process died, or whose composing failed before.
    private func resume(_ scene: Scene, isLastTry: Bool, on connection: Connection) async throws -> Begun {
        let stillHolds = scene.turn.epoch.map { scene.conversation.ownership.allowsReply(composedUnder: $0) } ?? false
        guard stillHolds else {
            return (.over(scene.afterwards), overtaken(scene.turn.id, in: scene.conversation, at: scene.now))
        }
        guard !isLastTry else {
            let reason = "its process died each time"
            return (
                .over(scene.afterwards),
                try handOver(scene.turn.id, in: scene.conversation, reason: reason, at: scene.now)
            )
        }
        let answers = try await connection.pipeline(Self.said(scene))
        return (.compose(try assignment(scene, messages: answers[0], history: answers[1])), [])
    }

    private func decide(_ scene: Scene, on connection: Connection) async throws -> Begun {
        let facts = Query.answerFacts(of: scene.turn.id, in: scene.conversation.id, at: scene.now)
        var answers = try await connection.pipeline([facts] + Self.said(scene))
        let messages = try answers[1].map { row throws(PostgresError) in try TurnMessage(row) }
        guard let row = answers[0].first else { throw PostgresError.decoding("the conversation has no facts") }
        let decision = WhoAnswers.decide(try AnswerFacts(row, messages: messages))
        var scene = scene
        if case .persona = decision.answer { scene.claim() }
        let writes =
            [.record(decision.gates, turn: scene.turn.id, in: scene.conversation, at: scene.now)]
            + (try queries(for: decision, scene))
        guard case .persona = decision.answer else { return (.over(scene.afterwards), writes) }
        guard decision.welcome != nil else {
            return (.compose(try assignment(scene, messages: answers[1], history: answers[2])), writes)
        }
        // The composer is told that the customer was welcomed.
        answers = try await connection.pipeline(writes + Self.said(scene)).suffix(2)
        return (.compose(try assignment(scene, messages: answers[0], history: answers[1])), [])
    }

    /// The turn's messages, and everything said until then.
    private static func said(_ scene: Scene) -> [Query] {
        let (turn, conversation) = (scene.turn.id, scene.conversation.id)
        return [
            .messages(of: turn, in: conversation), .history(upTo: turn, in: conversation, limit: historyLimit),
        ]
    }

    private func assignment(_ scene: Scene, messages: [Row], history: [Row]) throws -> Assignment {
        let lines = try history.reversed().map { row throws(PostgresError) in HistoryLine(try PastMessage(row)) }
        return Assignment(
            conversation: scene.conversation, turn: scene.turn.id, history: lines,
            lastMessageID: try messages.last.map { row throws(PostgresError) in try TurnMessage(row) }?
                .providerMessageID,
            nextDue: scene.nextDue)
    }
}

/// What a turn's first transaction found.
struct Scene: Sendable {
    var conversation: ConversationRecord
    let turn: TurnRecord
    let nextDue: Date?
    let now: Date

    var afterwards: JobOutcome { nextDue.map { .snooze(until: $0) } ?? .done }

    /// The AI owns the conversation from now on; who answers decided that no person does.
    mutating func claim() {
        guard let claimed = conversation.ownership.claimed(byFlow: false) else { return }
        conversation.ownership = claimed
    }
}

extension HistoryLine {
    fileprivate init(_ message: PastMessage) {
        self.init(author: message.isFromContact ? .contact : .business, text: message.text, media: message.media)
    }
}
