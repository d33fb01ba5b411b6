import Domain
import FoundationEssentials
import Postgres
import Store

/// How a reply leaves, decided with it.
struct ReplySending: Sendable {
    /// What the turn's job comes to.
    let outcome: JobOutcome
    /// Before the reply is queued.
    let writes: [Query]
    /// What the job of `outcome` begins with, if it is held then: the reply's first part, marked by the statement that queues it.
    var attempt: SendAttempt?
}

/// From the reply to its sending.
extension TurnRun {
    /// The job that sends what was queued. A process that can send does it next: its own job ends in the transaction that
    /// queues the reply, and the new one is claimed in it, without a look at the queue. Else it waits for whoever can.
    ///
    /// The recording holds it as it would wait: what is written is the same for whoever replays it.
    func sending(
        _ first: OutboundMessage?, of assignment: Assignment, in conversation: ConversationRecord, isNext: Bool,
        at now: Date
    ) -> ReplySending {
        let send = Job(claimed: ids.make(), .send, key: conversation.id.text, for: conversation.organization)
        effects.wrote([.enqueue(send, at: now)])
        guard let work, assignment.nextDue == nil, let sender = sender(conversation.kind) else {
            return ReplySending(outcome: assignment.afterwards, writes: [.enqueue(send, at: now)])
        }
        let end = Query.end(work.job, enqueuing: send, lease: work.lease, at: now)
        guard let first, isNext, work.mayMark(by: sender),
            SendObjection.to(first.author, under: first.epoch, in: conversation, at: now) == nil
        else { return ReplySending(outcome: .recorded(next: send), writes: [end]) }
        faults.reach(.outboxMarking)
        return ReplySending(
            outcome: .recorded(next: send), writes: [end, .onDisk],
            attempt: SendAttempt(
                job: send, conversation: conversation, entry: OutboxEntry(marked: first), sender: sender))
    }
}

/// The job whose work a turn is.
struct TurnWork: Sendable {
    let job: Job
    /// Real seconds for which the job that sends the reply is leased.
    let lease: Double
    /// Real time at which everything is over.
    let deadline: Date
    let marked: MarkedReplies?

    /// A message is marked before it is handed over: only when there is time for that. A sender that may repeat itself keeps its
    /// own word.
    func mayMark(by sender: ChannelSender) -> Bool {
        marked != nil && !sender.isRepeatable && Date() < deadline.addingTimeInterval(-sender.longest)
    }
}
