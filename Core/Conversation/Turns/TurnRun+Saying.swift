import Domain
import FoundationEssentials
import Postgres
import Store

/// What the transaction comes to in which a reply was to be queued.
struct TurnEnding: Sendable {
    var outcome: JobOutcome
    var writes = Questions()
    /// `nil` when the reply waits for the job that sends it.
    var marking: Marking?

    init(_ outcome: JobOutcome) { self.outcome = outcome }

    /// A message that is marked as sending by the statement that queues it, if the job is then held.
    struct Marking: Sendable {
        let attempt: SendAttempt
        let queued: Questions.Place

        func isMarked(_ answers: Answers) throws -> Bool {
            guard let row = answers[queued].first else { return false }
            return try row.value("status") == MessageStatus.sending
        }
    }
}

/// A reply that is wanted still, as messages.
private struct WantedReply {
    let response: TurnResponse
    let parts: [OutboundMessage]
    let assignment: Assignment
    /// As it is now.
    let conversation: ConversationRecord
}

/// The reply is queued, and on its way at once when nothing waits before it.
extension TurnRun {
    func say(
        _ texts: [String], of response: TurnResponse, _ assignment: Assignment, in conversation: ConversationRecord,
        _ standing: ReplyStanding, at now: Date, _ ending: inout TurnEnding
    ) throws {
        let ownership = conversation.ownership
        let spokenBy = response.reply.wantsHuman ? ownership.handedToPeople() : ownership
        let reply = WantedReply(
            response: response,
            parts: parts(
                texts, by: assignment.responder.author, answering: assignment.turn, from: standing.nextPart,
                under: spokenBy.epoch), assignment: assignment, conversation: conversation)
        var recorded = Questions()
        _ = try write(reply, at: now, &recorded)
        effects.wrote(recorded.queries)
        let sending = sending(
            reply.parts.first, of: assignment, in: conversation, isNext: standing.nothingWaits, at: now)
        ending.outcome = sending.outcome
        ending.writes.write(sending.writes)
        let queued = try write(reply, markedFor: sending.attempt?.job, at: now, &ending.writes)
        if let attempt = sending.attempt, let queued {
            ending.marking = TurnEnding.Marking(attempt: attempt, queued: queued)
        }
    }

    /// - Parameter job: who hands the first part over next.
    /// - Returns: where the answer stands to the statement that queues it.
    private func write(
        _ reply: WantedReply, markedFor job: Job? = nil, at now: Date, _ writes: inout Questions
    ) throws -> Questions.Place? {
        let (turn, conversation, reason) = (reply.assignment.turn, reply.conversation, reply.response.reply.reason)
        writes.write([
            .record(reply.assignment.responder.gate, .answered, reason, turn: turn, in: conversation, at: now),
            .finish(turn, as: reply.parts.isEmpty ? .closed : .answered, at: now),
        ])
        writes.write(reply.response.writes)
        let queued = try reply.parts.enumerated().map { index, part in
            writes.ask(
                try .queue(
                    part, in: conversation, isCounted: true, markedFor: index == 0 ? job : nil, at: now))
        }
        if reply.response.reply.wantsHuman {
            writes.write(try callPerson(in: conversation, reason: reason, turn: turn, at: now))
        }
        return queued.first
    }
}

extension Responder {
    /// Under which name its answer stands in the decision trail.
    fileprivate var gate: String { author == .flow ? "flow" : "model" }
}
