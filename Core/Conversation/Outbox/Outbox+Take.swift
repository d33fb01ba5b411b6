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
            guard let oldest = answers[next].first, !answers[held].isEmpty else { return (.empty, []) }
            // Something waits: nobody may take it for done.
            guard let thread = answers[locked].first else {
                throw PostgresError.decoding("the conversation of a message is not there")
            }
            let (step, writes) = take(
                try OutboxEntry(oldest), in: try ConversationRecord(thread), for: job, at: clock.now())
            faults.reach(.outboxMarking)
            return (step, writes)
        }
    }

    private typealias Taken = (step: OutboxStep, writes: [Query])

    private func take(
        _ entry: OutboxEntry, in conversation: ConversationRecord, for job: Job, at now: Date
    ) -> Taken {
        guard let sender = sender(conversation.kind) else {
            // Nobody here can ask who has it.
            return without(.noSender, entry, conversation, mayHaveLeft: entry.status == .sending, at: now)
        }
        let attempt = SendAttempt(job: job, conversation: conversation, entry: entry, sender: sender)
        guard entry.status == .queued || sender.isRepeatable else { return (.reconcile(attempt), []) }
        if let objection = SendObjection.to(entry.author, under: entry.epoch, in: conversation, at: now) {
            return without(objection, entry, conversation, mayHaveLeft: entry.mayHaveLeft, at: now)
        }
        guard entry.status == .queued else { return (.send(attempt), []) }
        // On disk before the provider hears of it. A sender that may repeat itself keeps its own word.
        let mark = Query.move(entry.id, OutboxMove(to: .sending, from: [.queued]), at: now)
        return (.send(attempt), sender.isRepeatable ? [mark] : [mark, .onDisk])
    }

    /// It may have left before somebody objected; saying it now could be the first time.
    private func without(
        _ objection: SendObjection, _ entry: OutboxEntry, _ conversation: ConversationRecord, mayHaveLeft: Bool,
        at now: Date
    ) -> Taken {
        mayHaveLeft
            ? (.undecided(entry, conversation, reason: objection.reason), [])
            : (.settled, settle(entry, in: conversation, objection, at: now))
    }

    private func settle(
        _ entry: OutboxEntry, in conversation: ConversationRecord, _ objection: SendObjection, at now: Date
    ) -> [Query] {
        let move = OutboxMove(
            to: objection.status, from: [.queued, .sending], errorCode: objection.code, reason: objection.reason)
        // In the order of locks, the conversation before its message.
        let look: [Query] =
            objection.status == .failed && objection.gate != "opt_out"
            ? [.setStatus(conversation.id, .pending, at: now)] : []
        return look + [
            .move(entry.id, move, at: now),
            .record(
                objection.gate, .stopped, objection.reason, turn: entry.turn, message: entry.id, in: conversation,
                at: now),
        ]
    }
}
