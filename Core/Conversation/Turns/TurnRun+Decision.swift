import Domain
import FoundationEssentials
import Postgres
import Store

/// What each decision writes.
extension TurnRun {
    func queries(
        for decision: AnswerDecision, by responder: (any Responder)?, _ context: TurnContext
    ) throws -> [Query] {
        let welcome = try decision.welcome.map { try say($0, context) } ?? []
        if let responder {
            return [
                .give(context.conversation.id, to: context.conversation.ownership, at: context.now),
                .compose(context.turn.id, by: responder.name, under: context.conversation.ownership.epoch),
            ] + welcome
        }
        switch decision.answer {
        case .drop, .humanOwned:
            return [.finish(context.turn.id, as: .closed, at: context.now)]
        case .inbox, .flow, .persona:
            // Without a responder it waits for a person.
            return welcome + [.finish(context.turn.id, as: welcome.isEmpty ? .closed : .answered, at: context.now)]
        case .keyword(let keyword, let answer):
            return try obey(keyword, answer, context)
        case .quotaExhausted(let notice), .away(let notice):
            return try (notice.map { try say($0, context) } ?? [])
                + [.finish(context.turn.id, as: notice == nil ? .closed : .answered, at: context.now)]
        }
    }

    /// STOP and START are obeyed at once; their confirmation goes out whoever owns the conversation.
    private func obey(_ keyword: OptOutKeyword, _ answer: String?, _ context: TurnContext) throws -> [Query] {
        var queries: [Query] = []
        switch keyword {
        case .stop: queries.append(.setOptOut(in: context.conversation.id, at: context.now, now: context.now))
        case .start: queries.append(.setOptOut(in: context.conversation.id, at: nil, now: context.now))
        case .help: break
        }
        if let answer { queries += try say(answer, context, unbound: true) }
        return queries + [.finish(context.turn.id, as: answer == nil ? .closed : .answered, at: context.now)]
    }

    /// Queues what the system itself says. `unbound`: under no epoch.
    private func say(_ text: String, _ context: TurnContext, unbound: Bool = false) throws -> [Query] {
        let parts = parts(
            MessageSplit(text).parts, by: .system, answering: context.turn.id,
            under: unbound ? nil : context.conversation.ownership.epoch)
        return try queue(parts, in: context.conversation, at: context.now)
    }

    /// The parts of one text as messages. Their ids rise with them: lists order by the ids what was written at one moment.
    /// - Parameter first: the number of the first one.
    func parts(
        _ texts: [String], by author: OutboundMessage.Author, answering turn: TurnID, from first: Int = 0,
        under epoch: Int?
    ) -> [OutboundMessage] {
        let rising = texts.map { _ -> MessageID in ids.make() }.sorted { $0.text < $1.text }
        return zip(rising, texts).enumerated().map { offset, part in
            OutboundMessage(
                id: part.0, author: author, body: part.1, turn: turn, part: first + offset, epoch: epoch)
        }
    }

    /// Messages and the job that sends them.
    func queue(_ messages: [OutboundMessage], in conversation: ConversationRecord, at now: Date) throws -> [Query] {
        try messages.map { try .queue($0, in: conversation, at: now) } + [
            .enqueue(
                .send, key: conversation.id.text, for: conversation.organization, id: ids.make(), due: now, at: now)
        ]
    }
}
