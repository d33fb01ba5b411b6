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
            "conversation", for: organization, reading: Self.questions(id, at: clock.now())
        ) { more, answers in
            guard let row = answers[0].first else {
                return (.over(.cancel(reason: "There is no such conversation.")), [])
            }
            let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
            guard let turn = turns.first else { return (.over(.done), []) }
            let said = Said(answers[3], answers[4])
            guard let facts = answers[2].first else { throw PostgresError.decoding("the conversation has no facts") }
            let context = TurnContext(
                conversation: try ConversationRecord(row), turn: turn, nextDue: turns.dropFirst().first?.dueAt,
                facts: try AnswerFacts(facts, messages: try said.turnMessages()), said: said, now: clock.now())
            effects.began(context.turn.id, id)
            let (step, writes) = try await begin(context, isLastTry: isLastTry, asking: more)
            effects.wrote(writes)
            faults.reach(.turnDeciding)
            return (step, writes)
        }
    }

    /// The conversation, locked, its turns, and all that the first of them may need: in one round trip, because most turns
    /// that are looked at are answered.
    private static func questions(_ id: ConversationID, at now: Date) -> [Query] {
        [.lock(id), .unfinishedTurns(of: id), .answerFacts(in: id, at: now)] + said(in: id)
    }

    /// The turn's messages, and everything said until then.
    private static func said(in id: ConversationID) -> [Query] {
        [.turnMessages(in: id), .turnHistory(in: id, limit: historyLimit)]
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
        return (.compose(try assignment(context, for: responder)), [])
    }

    private func decide(_ context: TurnContext, asking more: TurnQuestion) async throws -> Begun {
        let decision = WhoAnswers.decide(try await facts(context, asking: more))
        let responder = responders.answering(decision.answer)
        var context = context
        if let responder { context.claim(byFlow: responder.author == .flow) }
        let writes =
            [.record(decision.gates, turn: context.turn.id, in: context.conversation, at: context.now)]
            + (try queries(for: decision, by: responder, context))
        guard let responder else { return (.over(context.afterwards), writes) }
        guard decision.welcome != nil else { return (.compose(try assignment(context, for: responder)), writes) }
        // The responder is told that the customer was welcomed.
        effects.wrote(writes)
        let answers = try await more("welcomed", writes + Self.said(in: context.conversation.id))
        context.said = Said(answers[writes.count], answers[writes.count + 1])
        return (.compose(try assignment(context, for: responder)), [])
    }

    /// What is in the database, and what the responders add to it.
    private func facts(_ context: TurnContext, asking more: TurnQuestion) async throws -> AnswerFacts {
        let messages = try context.said.turnMessages()
        var facts = context.facts
        if facts.needsNotices {
            let asked = try await more("notices", [.noticesSent(in: context.conversation.id, at: context.now)])
            if let row = asked[0].first { try facts.addNotices(row) }
        }
        let questions = responders.all.map { $0.questions(about: context.turn, in: context.conversation) }
        let asked = questions.flatMap { $0 }
        var answers = (asked.isEmpty ? [] : try await more("facts", asked))[...]
        for (responder, questions) in zip(responders.all, questions) {
            try responder.inform(&facts, Array(answers.prefix(questions.count)), messages: messages)
            answers = answers.dropFirst(questions.count)
        }
        return facts
    }

    private func assignment(_ context: TurnContext, for responder: any Responder) throws -> Assignment {
        let lines = try context.said.history.reversed().map { row throws(PostgresError) in
            HistoryLine(try PastMessage(row))
        }
        return Assignment(
            conversation: context.conversation, turn: context.turn.id, responder: responder, history: lines,
            lastMessageID: try context.said.turnMessages().last?.providerMessageID,
            quotaLimit: context.facts.quota.limit, nextDue: context.nextDue)
    }
}

/// What a turn's first transaction found.
struct TurnContext: Sendable {
    var conversation: ConversationRecord
    let turn: TurnRecord
    let nextDue: Date?
    let facts: AnswerFacts
    var said: Said
    let now: Date

    var afterwards: JobOutcome { nextDue.map { .snooze(until: $0) } ?? .done }

    /// A machine owns the conversation from now on; who answers decided that no person does.
    mutating func claim(byFlow isFlow: Bool) {
        guard let claimed = conversation.ownership.claimed(byFlow: isFlow) else { return }
        conversation.ownership = claimed
    }
}

/// The turn's messages, oldest first, and everything said until then, newest first.
struct Said: Sendable {
    let messages: [Row]
    let history: [Row]

    init(_ messages: [Row], _ history: [Row]) {
        self.messages = messages
        self.history = history
    }

    func turnMessages() throws(PostgresError) -> [TurnMessage] {
        try messages.map { row throws(PostgresError) in try TurnMessage(row) }
    }
}

extension HistoryLine {
    fileprivate init(_ message: PastMessage) {
        self.init(author: message.isFromContact ? .contact : .business, text: message.text, media: message.media)
    }
}
