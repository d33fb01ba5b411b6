import Domain
import FoundationEssentials
import Postgres
import Store

/// The second transaction: the reply is queued, or it is not said, with the reason. What its model calls cost is booked in a
/// transaction of its own that travels in front of it: the money is spent, whatever becomes of the reply.
extension TurnRun {
    func commit(_ response: TurnResponse, to assignment: Assignment) async throws -> JobOutcome {
        let reply = WrittenReply(response, to: assignment, at: clock.now())
        let reading = ReplyReading(of: reply)
        let mayMark = work?.mayMark(by: sender(assignment.conversation.kind)) ?? false
        // Its locks are many others': they are given up before the disk is waited for.
        let committed = try await effects.state.transaction(
            "reply", for: assignment.conversation.organization, durability: mayMark ? .onDiskBehind : .inOrder,
            booking: spent(response.reply.runs, assignment, at: reply.now), reading: reading.questions.queries
        ) { more, rows in
            let standing = try reading.standing(for: assignment, Answers(rows))
            let ending = try await end(reply, standing, mayMark: mayMark, asking: more)
            faults.reach(.turnReplying)
            return (ending, ending.writes.queries)
        }
        let ending = committed.result
        if let work, let marking = ending.marking, try marking.isMarked(Answers(committed.written)) {
            work.marked?.keep(marking.attempt, for: work.lease)
        }
        return ending.outcome
    }

    private func end(
        _ reply: WrittenReply, _ standing: ReplyStanding, mayMark: Bool, asking more: TurnQuestion
    ) async throws -> TurnEnding {
        let assignment = reply.assignment
        if let conversation = standing.conversation, standing.wasCounted,
            conversation.ownership.allowsReply(composedUnder: assignment.epoch)
        {
            return try say(reply, in: conversation, standing, mayMark: mayMark)
        }
        var ending = TurnEnding(assignment.afterwards)
        let unsaid = try await leaveUnsaid(reply, standing, asking: more)
        effects.wrote(unsaid)
        ending.writes.write(unsaid)
        let organization = assignment.conversation.organization
        if standing.wasCounted {
            ending.writes.write([.uncountOutbound(reply.texts.count, of: organization, at: reply.now)])
        } else if assignment.replies > 0 {
            ending.writes.write([.countReply(of: organization, at: reply.now)])
        }
        return ending
    }

    /// Another process answered (there is no `conversation`), a person took the conversation, or the quota is used up.
    private func leaveUnsaid(
        _ reply: WrittenReply, _ standing: ReplyStanding, asking more: TurnQuestion
    ) async throws -> [Query] {
        let (turn, now) = (reply.assignment.turn, reply.now)
        guard let conversation = standing.conversation else { return [] }
        guard conversation.ownership.allowsReply(composedUnder: reply.assignment.epoch) else {
            return overtaken(turn, in: conversation, at: now)
        }
        let asked = try await more("allowance", [.allowance(in: conversation.id, at: now)])
        guard let row = asked.joined().first else {
            throw PostgresError.decoding("the conversation has no organization")
        }
        return try overQuota(
            turn, try QuotaAllowance(row), messages: reply.texts.count, part: standing.nextPart, in: conversation,
            at: now)
    }

    /// Books what was paid for a reply that will not be said.
    func book(_ runs: [AIRun], _ assignment: Assignment) async throws {
        let bookings = spent(runs, assignment, at: clock.now())
        guard !bookings.isEmpty else { return }
        try await effects.state.book(bookings, for: assignment.conversation.organization)
    }

    private func spent(_ runs: [AIRun], _ assignment: Assignment, at now: Date) -> [Query] {
        runs.map {
            .book(
                $0, turn: assignment.turn, conversation: assignment.conversation.id,
                of: assignment.conversation.organization, at: now)
        }
    }
}
