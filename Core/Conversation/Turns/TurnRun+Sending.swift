import Domain
import FoundationEssentials
import Postgres
import Store

/// From the reply to its sending. A process that can send does it next: its own job ends in the transaction that queues the reply,
/// and the job that sends it is claimed there, without a look at the queue. Else that one waits for whoever can.
///
/// The recording holds it as it would wait: what is written is the same for whoever replays it.
extension TurnRun {
    func outcome(of assignment: Assignment, sending send: Job) -> JobOutcome {
        sendsNext(assignment) == nil ? assignment.afterwards : .recorded(next: send)
    }

    /// Before the reply is queued.
    func ends(_ assignment: Assignment, sending send: Job, at now: Date) -> [Query] {
        guard let next = sendsNext(assignment) else { return [.enqueue(send, at: now)] }
        return [.end(next.work.job, enqueuing: send, lease: next.work.lease, at: now)]
    }

    /// What the job that sends begins with, when it is held.
    /// - Returns: `nil` when the message has to be looked at first.
    func attempt(
        _ send: Job, _ message: OutboundMessage, in conversation: ConversationRecord, of assignment: Assignment,
        at now: Date
    ) -> SendAttempt? {
        guard let next = sendsNext(assignment),
            SendObjection.to(message.author, under: message.epoch, in: conversation, at: now) == nil
        else { return nil }
        return SendAttempt(
            job: send, conversation: conversation, entry: OutboxEntry(marked: message), sender: next.sender)
    }

    /// `nil` when another turn of the conversation comes first, or when this process can't send.
    private func sendsNext(_ assignment: Assignment) -> (work: TurnWork, sender: ChannelSender)? {
        guard let work, assignment.nextDue == nil, let sender = sender(assignment.conversation.kind) else { return nil }
        return (work, sender)
    }
}
