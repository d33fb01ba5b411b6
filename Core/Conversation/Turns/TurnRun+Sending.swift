import Domain
import FoundationEssentials
import Postgres
import Store

/// From the reply to its sending.
extension TurnRun {
    /// The job that sends what was queued. A process that can send does it next: its own job ends in the transaction that
    /// queues the reply, and the new one is claimed in it, without a look at the queue. Else it waits for whoever can.
    ///
    /// The recording holds it as it would wait: what is written is the same for whoever replays it.
    func sending(_ assignment: Assignment, at now: Date) -> (outcome: JobOutcome, writes: [Query]) {
        let conversation = assignment.conversation
        let send = Job(claimed: ids.make(), .send, key: conversation.id.text, for: conversation.organization)
        effects.wrote([.enqueue(send, at: now)])
        guard let work, assignment.nextDue == nil, sender(conversation.kind) != nil else {
            return (assignment.afterwards, [.enqueue(send, at: now)])
        }
        return (.recorded(next: send), [.end(work.job, enqueuing: send, lease: work.lease, at: now)])
    }
}
