import Domain
import FoundationEssentials
import Postgres
import Store

/// The first transaction: which turn, who answers it, and everything that needs no model.
extension Turn {
    func begin(
        _ id: ConversationID, of organization: OrganizationID, isLastTry: Bool
    ) async throws -> TurnStep {
        try await database.transaction(for: organization, durability: .inOrder) { connection in
            let now = clock.now()
            let answers = try await connection.pipeline([.lock(id), .unfinishedTurns(of: id)])
            guard let row = answers[0].first else { return .over(.cancel(reason: "There is no such conversation.")) }
            let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
            guard let turn = turns.first else { return .over(.done) }
            let scene = Scene(
                conversation: try ConversationRecord(row), turn: turn,
                nextDue: turns.dropFirst().first?.dueAt, now: now)
            let step = try await begin(scene, isLastTry: isLastTry, on: connection)
            faults.reach(.turnDeciding)
            return step
        }
    }

    private func begin(_ scene: Scene, isLastTry: Bool, on connection: Connection) async throws -> TurnStep {
        guard scene.turn.state == .open else { return try await resume(scene, isLastTry: isLastTry, on: connection) }
        guard scene.turn.dueAt <= scene.now else { return .over(.snooze(until: scene.turn.dueAt)) }
        return try await decide(scene, on: connection)
    }

    /// A turn that was being composed when its process died, or whose composing failed before.
    private func resume(_ scene: Scene, isLastTry: Bool, on connection: Connection) async throws -> TurnStep {
        let stillHolds = scene.turn.epoch.map { scene.conversation.ownership.allowsReply(composedUnder: $0) } ?? false
        guard stillHolds else {
            try await connection.pipeline(overtaken(scene.turn.id, in: scene.conversation, at: scene.now))
            return .over(scene.afterwards)
        }
        guard !isLastTry else {
            let reason = "its process died each time"
            try await connection.pipeline(
                try handOver(scene.turn.id, in: scene.conversation, reason: reason, at: scene.now))
            return .over(scene.afterwards)
        }
        return .compose(try await assignment(scene, on: connection))
    }

    private func decide(_ scene: Scene, on connection: Connection) async throws -> TurnStep {
        let answers = try await connection.pipeline([
            .answerFacts(of: scene.turn.id, in: scene.conversation.id, at: scene.now),
            .messages(of: scene.turn.id, in: scene.conversation.id),
        ])
        let messages = try answers[1].map { row throws(PostgresError) in try TurnMessage(row) }
        guard let row = answers[0].first else { throw PostgresError.decoding("the conversation has no facts") }
        let decision = WhoAnswers.decide(try AnswerFacts(row, messages: messages))
        var scene = scene
        if case .persona = decision.answer { scene.claim() }
        try await connection.pipeline(
            [.record(decision.gates, turn: scene.turn.id, in: scene.conversation, at: scene.now)]
                + (try queries(for: decision, scene)))
        guard case .persona = decision.answer else { return .over(scene.afterwards) }
        return .compose(try await assignment(scene, on: connection))
    }

    private func assignment(_ scene: Scene, on connection: Connection) async throws -> Assignment {
        let id = scene.conversation.id
        let answers = try await connection.pipeline([
            .history(upTo: scene.turn.id, in: id, limit: Self.historyLimit), .messages(of: scene.turn.id, in: id),
        ])
        let history = try answers[0].reversed().map { row throws(PostgresError) in HistoryLine(try PastMessage(row)) }
        let messages = try answers[1].map { row throws(PostgresError) in try TurnMessage(row) }
        return Assignment(
            conversation: scene.conversation, turn: scene.turn.id, history: history,
            lastMessageID: messages.last?.providerMessageID, nextDue: scene.nextDue)
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
