import Domain
import FoundationEssentials
import Postgres
import Store

/// The first transaction: which turn, who answers it, and everything that needs no model.
extension TurnRun {
    func begin(
        _ id: ConversationID, of organization: OrganizationID, isLastTry: Bool
    ) async throws -> TurnStep {
        try await effects.state.transaction(
            "conversation", for: organization, reading: [.lock(id), .unfinishedTurns(of: id)]
        ) { more, answers in
            guard let row = answers[0].first else {
                return (.over(.cancel(reason: "There is no such conversation.")), [])
            }
            let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
            guard let turn = turns.first else { return (.over(.done), []) }
            let context = TurnContext(
                conversation: try ConversationRecord(row), turn: turn,
                nextDue: turns.dropFirst().first?.dueAt, now: clock.now())
            effects.began(context.turn.id, id)
            let (step, writes) = try await begin(context, isLastTry: isLastTry, asking: more)
            effects.wrote(writes)
            faults.reach(.turnDeciding)
            return (step, writes)
        }
    }

    private typealias Begun = (step: TurnStep, writes: [Query])

    private func begin(_ context: TurnContext, isLastTry: Bool, asking more: TurnQuestion) async throws -> Begun {
        guard context.turn.state == .open else { return try await resume(context, isLastTry: isLastTry, asking: more) }
        guard context.turn.dueAt <= context.now else { return (.over(.snooze(until: context.turn.dueAt)), []) }
        return try await decide(context, asking: more)
    }

    /// A turn that was being composed when its process died, or whose composing failed before.
    private func resume(_ context: TurnContext, isLastTry: Bool, asking more: TurnQuestion) async throws -> Begun {
        let stillHolds =
            context.turn.epoch.map { context.conversation.ownership.allowsReply(composedUnder: $0) } ?? false
        guard stillHolds else {
            return (.over(context.afterwards), overtaken(context.turn.id, in: context.conversation, at: context.now))
        }
        guard !isLastTry else {
            let reason = "its process died each time"
            return (
                .over(context.afterwards),
                try handOver(context.turn.id, in: context.conversation, reason: reason, at: context.now)
            )
        }
        guard let responder = responders.named(context.turn.responder) else {
            throw TurnError.unknownResponder(context.turn.responder ?? "")
        }
        let answers = try await more("said", Self.said(context))
        return (.compose(try assignment(context, for: responder, messages: answers[0], history: answers[1])), [])
    }

    private func decide(_ context: TurnContext, asking more: TurnQuestion) async throws -> Begun {
        var answers = try await more("facts", questions(context))
        let messages = try answers[1].map { row throws(PostgresError) in try TurnMessage(row) }
        let decision = WhoAnswers.decide(try facts(context, answers, messages: messages))
        let responder = responders.answering(decision.answer)
        var context = context
        if let responder { context.claim(byFlow: responder.author == .flow) }
        let writes =
            [.record(decision.gates, turn: context.turn.id, in: context.conversation, at: context.now)]
            + (try queries(for: decision, by: responder, context))
        guard let responder else { return (.over(context.afterwards), writes) }
        guard decision.welcome != nil else {
            return (
                .compose(try assignment(context, for: responder, messages: answers[1], history: answers[2])), writes
            )
        }
        // The responder is told that the customer was welcomed.
        effects.wrote(writes)
        answers = try await more("welcomed", writes + Self.said(context)).suffix(2)
        return (.compose(try assignment(context, for: responder, messages: answers[0], history: answers[1])), [])
    }

    /// The facts, what was said, and what the responders ask beside.
    private func questions(_ context: TurnContext) -> [Query] {
        [.answerFacts(of: context.turn.id, in: context.conversation.id, at: context.now)] + Self.said(context)
            + responders.all.flatMap { $0.questions(about: context.turn, in: context.conversation) }
    }

    private func facts(_ context: TurnContext, _ answers: [[Row]], messages: [TurnMessage]) throws -> AnswerFacts {
        guard let row = answers[0].first else { throw PostgresError.decoding("the conversation has no facts") }
        var facts = try AnswerFacts(row, messages: messages)
        var rest = answers.dropFirst(3)
        for responder in responders.all {
            let own = rest.prefix(responder.questions(about: context.turn, in: context.conversation).count)
            rest = rest.dropFirst(own.count)
            try responder.inform(&facts, Array(own), messages: messages)
        }
        return facts
    }

    /// The turn's messages, and everything said until then.
    private static func said(_ context: TurnContext) -> [Query] {
        let (turn, conversation) = (context.turn.id, context.conversation.id)
        return [
            .messages(of: turn, in: conversation), .history(upTo: turn, in: conversation, limit: historyLimit),
        ]
    }

    private func assignment(
        _ context: TurnContext, for responder: any Responder, messages: [Row], history: [Row]
    ) throws -> Assignment {
        let lines = try history.reversed().map { row throws(PostgresError) in HistoryLine(try PastMessage(row)) }
        return Assignment(
            conversation: context.conversation, turn: context.turn.id, responder: responder, history: lines,
            lastMessageID: try messages.last.map { row throws(PostgresError) in try TurnMessage(row) }?
                .providerMessageID,
            nextDue: context.nextDue)
    }
}

/// What a turn's first transaction found.
struct TurnContext: Sendable {
    var conversation: ConversationRecord
    let turn: TurnRecord
    let nextDue: Date?
    let now: Date

    var afterwards: JobOutcome { nextDue.map { .snooze(until: $0) } ?? .done }

    /// A machine owns the conversation from now on; who answers decided that no person does.
    mutating func claim(byFlow isFlow: Bool) {
        guard let claimed = conversation.ownership.claimed(byFlow: isFlow) else { return }
        conversation.ownership = claimed
    }
}

extension HistoryLine {
    fileprivate init(_ message: PastMessage) {
        self.init(author: message.isFromContact ? .contact : .business, text: message.text, media: message.media)
    }
}
