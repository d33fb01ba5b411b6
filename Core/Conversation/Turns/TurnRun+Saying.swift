import Domain
import FoundationEssentials
import Postgres
import Store

/// A reply that is wanted still: queued, and on its way at once when nothing waits before it.
extension TurnRun {
    func say(
        _ reply: WrittenReply, in conversation: ConversationRecord, _ standing: ReplyStanding, mayMark: Bool
    ) throws -> TurnEnding {
        let (assignment, now) = (reply.assignment, reply.now)
        let speaking = conversation.speaking(reply.response.reply)
        let parts = parts(
            reply.texts, by: assignment.responder.author, answering: assignment.turn, from: standing.nextPart,
            under: speaking.ownership.epoch)
        let queued = try parts.map { try Query.queue($0, in: conversation, isCounted: true, at: now) }
        let (before, after) = (decided(reply, in: conversation, parts), try handedOver(reply, in: conversation))
        effects.wrote(before + queued + after)
        let send = Job(claimed: ids.make(), .send, key: conversation.id.text, for: conversation.organization)
        effects.wrote([.enqueue(send, at: now)])

        var ending = TurnEnding(outcome(of: assignment, sending: send))
        ending.writes.write(ends(assignment, sending: send, at: now) + before)
        if let first = parts.first, mayMark, standing.nothingWaits,
            let attempt = attempt(send, first, in: speaking, of: assignment, at: now)
        {
            faults.reach(.outboxMarking)
            ending.marking = TurnEnding.Marking(
                attempt: attempt,
                queued: ending.writes.ask(
                    try .queue(first, in: conversation, isCounted: true, markedFor: send, at: now)))
            ending.writes.write(Array(queued.dropFirst()))
        } else {
            ending.writes.write(queued)
        }
        ending.writes.write(after)
        return ending
    }

    private func decided(
        _ reply: WrittenReply, in conversation: ConversationRecord, _ parts: [OutboundMessage]
    ) -> [Query] {
        let (assignment, now) = (reply.assignment, reply.now)
        return reply.response.reply.drafts.map {
            .record(
                "grounding", $0.passes ? .passed : .stopped, $0.reason, turn: assignment.turn, in: conversation, at: now
            )
        } + [
            .record(
                assignment.responder.gate, .answered, reply.response.reply.reason, turn: assignment.turn,
                in: conversation, at: now),
            .finish(assignment.turn, as: parts.isEmpty ? .closed : .answered, at: now),
        ] + reply.response.writes
    }

    private func handedOver(_ reply: WrittenReply, in conversation: ConversationRecord) throws -> [Query] {
        guard reply.response.reply.wantsHuman else { return [] }
        return try callPerson(
            in: conversation, reason: reply.response.reply.reason, turn: reply.assignment.turn, at: reply.now)
    }
}

extension ConversationRecord {
    /// As it is when the reply has been said: one that calls for a person is said under the epoch of people.
    fileprivate func speaking(_ reply: ComposedReply) -> ConversationRecord {
        guard reply.wantsHuman else { return self }
        var after = self
        after.ownership = ownership.handedToPeople()
        return after
    }
}

extension Responder {
    /// Under which name its answer stands in the decision trail.
    fileprivate var gate: String { author == .flow ? "flow" : "model" }
}
