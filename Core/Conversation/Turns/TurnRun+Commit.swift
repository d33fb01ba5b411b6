import Domain
import FoundationEssentials
import Postgres
import Store

/// The second transaction: the reply is queued, or it is not said, with the reason. What its model calls cost is booked in a
/// transaction of its own that travels in front of it: the money is spent, whatever becomes of the reply.
extension TurnRun {
    func commit(_ response: TurnResponse, to assignment: Assignment) async throws -> JobOutcome {
        let now = clock.now()
        let texts = MessageSplit(response.reply.text).parts
        let reading = ReplyReading(of: assignment, parts: texts.count, at: now)
        let committed = try await effects.state.transaction(
            "reply", for: assignment.conversation.organization,
            booking: spent(response.reply.runs, assignment, at: now),
            reading: reading.questions.queries
        ) { more, rows in
            let standing = try reading.standing(for: assignment, Answers(rows))
            let ending = try await end(assignment, with: response, texts, standing, asking: more, at: now)
            faults.reach(.turnReplying)
            return (ending, ending.writes.queries)
        }
        let ending = committed.result
        if let marking = ending.marking, try marking.isMarked(Answers(committed.written)) {
            work?.marked?.keep(marking.attempt)
        }
        return ending.outcome
    }

    private func end(
        _ assignment: Assignment, with response: TurnResponse, _ texts: [String], _ standing: ReplyStanding,
        asking more: TurnQuestion, at now: Date
    ) async throws -> TurnEnding {
        let organization = assignment.conversation.organization
        var ending = TurnEnding(assignment.afterwards)
        let mayBeSaid = standing.conversation?.ownership.allowsReply(composedUnder: assignment.epoch) ?? false
        if let conversation = standing.conversation, mayBeSaid, standing.wasCounted {
            try say(texts, of: response, assignment, in: conversation, standing, at: now, &ending)
        } else {
            let unsaid = try await leaveUnsaid(assignment, standing, asking: more, at: now)
            effects.wrote(unsaid)
            ending.writes.write(unsaid)
            if standing.wasCounted {
                ending.writes.write([.uncountOutbound(texts.count, of: organization, at: now)])
            } else if assignment.replies > 0 {
                ending.writes.write([.countReply(of: organization, at: now)])
            }
        }
        return ending
    }

    /// Another process answered (there is no `conversation`), a person took the conversation, or the quota is used up.
    private func leaveUnsaid(
        _ assignment: Assignment, _ standing: ReplyStanding, asking more: TurnQuestion, at now: Date
    ) async throws -> [Query] {
        guard let conversation = standing.conversation else { return [] }
        guard conversation.ownership.allowsReply(composedUnder: assignment.epoch) else {
            return overtaken(assignment.turn, in: conversation, at: now)
        }
        let asked = try await more("allowance", [.allowance(in: conversation.id, at: now)])
        guard let row = asked.joined().first else {
            throw PostgresError.decoding("the conversation has no organization")
        }
        return try overQuota(
            assignment.turn, try QuotaAllowance(row), part: standing.nextPart, in: conversation, at: now)
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
