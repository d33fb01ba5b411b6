import Domain
import FoundationEssentials
import Postgres
import Store

/// The transaction before the provider is called: the oldest message, and whether it may still be said. Nothing is taken for a
/// job that is somebody else's by now.
extension Outbox {
    func take(_ id: ConversationID, for job: Job) async throws -> OutboxStep {
        var questions = Questions()
        let (locked, next) = (questions.ask(.lock(id)), questions.ask(.nextInOutbox(of: id)))
        let held = questions.ask(.isHeld(job))
        return try await database.transaction(
            for: job.organization, durability: .inOrder, reading: questions.queries
        ) { _, rows in
            let answers = Answers(rows)
            guard let thread = answers[locked].first, let oldest = answers[next].first, !answers[held].isEmpty else {
                return (.empty, [])
            }
            let (step, writes) = take(
                try OutboxEntry(oldest), in: try ConversationRecord(thread), at: clock.now())
            faults.reach(.outboxMarking)
            return (step, writes)
        }
    }

    private typealias Taken = (step: OutboxStep, writes: [Query])

    private func take(_ entry: OutboxEntry, in conversation: ConversationRecord, at now: Date) -> Taken {
        guard let sender = sender(conversation.kind) else {
            let objection = Objection(gate: "channel", status: .failed, reason: "This kind of channel can't send.")
            return (.settled, settle(entry, in: conversation, objection, at: now))
        }
        let attempt = SendAttempt(conversation: conversation, entry: entry, sender: sender)
        guard entry.status == .queued || sender.isRepeatable else { return (.reconcile(attempt), []) }
        let mayHaveLeft = entry.status == .sending && entry.providerMessageID != nil
        if let objection = objection(to: entry, in: conversation, at: now) {
            return (
                .settled,
                mayHaveLeft
                    ? leaveUndecided(attempt, at: now) : settle(entry, in: conversation, objection, at: now)
            )
        }
        guard entry.status == .queued else { return (.send(attempt), []) }
        // On disk before the provider hears of it. A sender that may repeat itself keeps its own word.
        let mark = Query.move(entry.id, OutboxMove(to: .sending, from: [.queued]), at: now)
        return (.send(attempt), sender.isRepeatable ? [mark] : [mark, .onDisk])
    }

    /// It may have left before somebody objected; saying it now could be the first time.
    private func leaveUndecided(_ attempt: SendAttempt, at now: Date) -> [Query] {
        let unknown = OutboxMove(to: .unknown, from: [.sending], reason: Self.undecided)
        return [
            .move(attempt.entry.id, unknown, at: now),
            .record(
                "provider", .stopped, Self.undecided, turn: attempt.entry.turn, message: attempt.entry.id,
                in: attempt.conversation, at: now),
        ]
    }

    private struct Objection {
        let gate: String
        let status: MessageStatus
        var code: String?
        let reason: String
    }

    /// Why a queued message may no longer be sent, or `nil`.
    private func objection(to entry: OutboxEntry, in conversation: ConversationRecord, at now: Date) -> Objection? {
        let epoch = conversation.ownership.epoch
        if let composed = entry.epoch, composed != epoch {
            return Objection(
                gate: "owner", status: .cancelled,
                reason: "It was written before the conversation changed hands (epoch \(composed), now \(epoch)).")
        }
        // The confirmation of STOP is the one thing still said, and the system says it under no epoch.
        let confirmsKeyword = entry.author == .system && entry.epoch == nil
        if conversation.isOptedOut, !confirmsKeyword {
            return Objection(
                gate: "opt_out", status: .failed, code: "21610", reason: "The customer has opted out of messages.")
        }
        if MessagingWindow.applies(to: conversation.kind, address: conversation.remoteAddress),
            !MessagingWindow.isOpen(lastInbound: conversation.lastInboundAt, now: now)
        {
            return Objection(
                gate: "window", status: .failed, code: "63016",
                reason: "The customer last wrote more than 24 hours ago; only an approved template may be sent.")
        }
        return nil
    }

    private func settle(
        _ entry: OutboxEntry, in conversation: ConversationRecord, _ objection: Objection, at now: Date
    ) -> [Query] {
        let move = OutboxMove(
            to: objection.status, from: [.queued, .sending], errorCode: objection.code, reason: objection.reason)
        return [
            .move(entry.id, move, at: now),
            .record(
                objection.gate, .stopped, objection.reason, turn: entry.turn, message: entry.id, in: conversation,
                at: now),
        ]
    }
}
