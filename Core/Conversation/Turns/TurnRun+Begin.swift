import Domain
import FoundationEssentials
import Postgres
import Store

/// The first transaction: which turn, who answers it, and everything that needs no model.
extension TurnRun {
    func begin(
        _ id: ConversationID, of organization: OrganizationID, isLastTry: Bool
    ) async throws -> TurnStep {
        let reading = TurnReading(of: id, at: clock.now())
        return try await effects.state.transaction(
            "conversation", for: organization, reading: reading.questions.queries
        ) { more, rows in
            let answers = Answers(rows)
            guard let conversation = try reading.conversation(answers) else {
                return (.over(.cancel(reason: "There is no such conversation.")), [])
            }
            guard let context = try reading.context(of: conversation, answers, at: clock.now()) else {
                return (.over(.done), [])
            }
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
        return (.compose(assignment(context, for: responder)), [])
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
        guard decision.welcome != nil else { return (.compose(assignment(context, for: responder)), writes) }
        // The responder is told that the customer was welcomed.
        effects.wrote(writes)
        var questions = Questions()
        questions.write(writes)
        let said = SaidReading(in: context.conversation.id, asking: &questions)
        context.said = try said.read(Answers(try await more("welcomed", questions.queries)))
        return (.compose(assignment(context, for: responder)), [])
    }

    /// What is in the database, and what the responders add to it.
    private func facts(_ context: TurnContext, asking more: TurnQuestion) async throws -> AnswerFacts {
        var facts = context.facts
        if facts.needsNotices {
            let asked = try await more("notices", [.noticesSent(in: context.conversation.id, at: context.now)])
            if let row = asked.joined().first { try facts.addNotices(row) }
        }
        var questions = Questions()
        let places = responders.all.map { responder in
            responder.questions(about: context.turn, in: context.conversation).map { questions.ask($0) }
        }
        let asked = questions.queries
        let answers = Answers(asked.isEmpty ? [] : try await more("facts", asked))
        for (responder, places) in zip(responders.all, places) {
            try responder.inform(&facts, places.map { answers[$0] }, messages: context.said.messages)
        }
        return facts
    }

    private func assignment(_ context: TurnContext, for responder: any Responder) -> Assignment {
        Assignment(
            conversation: context.conversation, turn: context.turn.id, responder: responder,
            history: context.said.history, lastMessageID: context.said.messages.last?.providerMessageID,
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
