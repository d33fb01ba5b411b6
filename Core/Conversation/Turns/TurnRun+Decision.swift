import Domain
import FoundationEssentials
import Postgres
import Store

/// What each decision writes.
extension TurnRun {
    func queries(
        for decision: AnswerDecision, by responder: (any Responder)?, _ scene: Scene
    ) throws -> [Query] {
        let welcome = try decision.welcome.map { try say($0, scene) } ?? []
        if let responder {
            return [
                .give(scene.conversation.id, to: scene.conversation.ownership, at: scene.now),
                .compose(scene.turn.id, by: responder.name, under: scene.conversation.ownership.epoch),
            ] + welcome
        }
        switch decision.answer {
        case .drop, .humanOwned:
            return [.finish(scene.turn.id, as: .closed, at: scene.now)]
        case .inbox, .flow, .persona:
            // Without a responder it waits for a person.
            return welcome + [.finish(scene.turn.id, as: welcome.isEmpty ? .closed : .answered, at: scene.now)]
        case .keyword(let keyword, let answer):
            return try obey(keyword, answer, scene)
        case .quotaExhausted(let notice), .away(let notice):
            return try (notice.map { try say($0, scene) } ?? [])
                + [.finish(scene.turn.id, as: notice == nil ? .closed : .answered, at: scene.now)]
        }
    }

    /// STOP and START are obeyed at once; their confirmation goes out whoever owns the conversation.
    private func obey(_ keyword: OptOutKeyword, _ answer: String?, _ scene: Scene) throws -> [Query] {
        var queries: [Query] = []
        switch keyword {
        case .stop: queries.append(.setOptOut(scene.conversation.contact, at: scene.now, now: scene.now))
        case .start: queries.append(.setOptOut(scene.conversation.contact, at: nil, now: scene.now))
        case .help: break
        }
        if let answer { queries += try say(answer, scene, unbound: true) }
        return queries + [.finish(scene.turn.id, as: answer == nil ? .closed : .answered, at: scene.now)]
    }

    /// Queues what the system itself says. `unbound`: under no epoch.
    private func say(_ text: String, _ scene: Scene, unbound: Bool = false) throws -> [Query] {
        let parts = MessageSplit(text).parts.enumerated().map { part, body in
            OutboundMessage(
                id: ids.make(), author: .system, body: body, turn: scene.turn.id, part: part,
                epoch: unbound ? nil : scene.conversation.ownership.epoch)
        }
        return try queue(parts, in: scene.conversation, at: scene.now)
            + [.countOutbound(parts.count, of: scene.conversation.organization, at: scene.now)]
    }

    /// Messages and the job that sends them.
    func queue(_ messages: [OutboundMessage], in conversation: ConversationRecord, at now: Date) throws -> [Query] {
        try messages.map { try .queue($0, in: conversation, at: now) } + [
            .enqueue(
                .send, key: conversation.id.text, for: conversation.organization, id: ids.make(), due: now, at: now)
        ]
    }
}
