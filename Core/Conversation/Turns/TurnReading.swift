import Domain
import FoundationEssentials
import Postgres
import Store

/// What a turn's first transaction reads: the conversation, locked, its turns, and all that the first of them may need. In one
/// round trip, because most turns that are looked at are answered.
struct TurnReading: Sendable {
    private(set) var questions = Questions()
    private let standing: StandingReading
    private let facts: Questions.Place
    private let said: SaidReading

    init(of id: ConversationID, at now: Date) {
        // The customer may have written STOP.
        standing = StandingReading(of: id, withContact: true, asking: &questions)
        facts = questions.ask(.answerFacts(in: id, at: now))
        said = SaidReading(in: id, asking: &questions)
    }

    func conversation(_ answers: Answers) throws -> ConversationRecord? { try standing.conversation(answers) }

    /// `nil`: no turn is unfinished.
    func context(
        of conversation: ConversationRecord, _ answers: Answers, at now: Date
    ) throws -> TurnContext? {
        let turns = try standing.turns(answers)
        guard let turn = turns.first else { return nil }
        guard let row = answers[facts].first else { throw PostgresError.decoding("the conversation has no facts") }
        let said = try said.read(answers)
        return TurnContext(
            conversation: conversation, turn: turn, nextDue: turns.dropFirst().first?.dueAt,
            facts: try AnswerFacts(row, messages: said.messages), said: said, now: now)
    }
}

/// The conversation, locked, and its unfinished turns.
struct StandingReading: Sendable {
    private let lock: Questions.Place
    private let unfinished: Questions.Place

    init(of id: ConversationID, withContact: Bool = false, asking questions: inout Questions) {
        lock = questions.ask(.lock(id, withContact: withContact))
        unfinished = questions.ask(.unfinishedTurns(of: id))
    }

    /// `nil` when there is none, and so no turn of it either: an unfinished one is never taken for over.
    func conversation(_ answers: Answers) throws -> ConversationRecord? {
        guard let row = answers[lock].first else {
            guard answers[unfinished].isEmpty else {
                throw PostgresError.decoding("the conversation of a turn is not there")
            }
            return nil
        }
        return try ConversationRecord(row)
    }

    func turns(_ answers: Answers) throws -> [TurnRecord] {
        try answers[unfinished].map { row throws(PostgresError) in try TurnRecord(row) }
    }

    /// The conversation as it is now; `nil` when the turn is over, because another process answered it.
    func conversation(for assignment: Assignment, _ answers: Answers) throws -> ConversationRecord? {
        let isComposing = try turns(answers).contains {
            $0.id == assignment.turn && $0.state == .composing && $0.epoch == assignment.epoch
        }
        return isComposing ? try conversation(answers) : nil
    }
}

/// The turn's messages, and everything said until then.
struct SaidReading: Sendable {
    /// Lines of the conversation that are offered to the composer; a persona takes as many as it is set to.
    private static let historyLimit = 40

    private let messages: Questions.Place
    private let history: Questions.Place

    init(in id: ConversationID, asking questions: inout Questions) {
        messages = questions.ask(.turnMessages(in: id))
        history = questions.ask(.turnHistory(in: id, limit: Self.historyLimit))
    }

    func read(_ answers: Answers) throws -> Said {
        Said(
            messages: try answers[messages].map { row throws(PostgresError) in try TurnMessage(row) },
            history: try answers[history].reversed().map { row throws(PostgresError) in
                HistoryLine(try PastMessage(row))
            })
    }
}

/// The turn's messages and everything said until then, both oldest first.
struct Said: Sendable {
    let messages: [TurnMessage]
    let history: [HistoryLine]
}

extension HistoryLine {
    fileprivate init(_ message: PastMessage) {
        self.init(
            author: message.isFromContact ? .contact : .business, text: message.text, type: message.type,
            media: message.media, isAutomatic: message.isAutomatic)
    }
}
