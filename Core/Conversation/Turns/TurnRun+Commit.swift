import Domain
import FoundationEssentials
import Postgres
import Store

/// The second transaction: the reply is queued, or it is not said, with the reason. What its model calls cost is booked in a
/// transaction of its own that travels in front of it: the money is spent, whatever becomes of the reply.
extension TurnRun {
    func commit(_ response: TurnResponse, to assignment: Assignment) async throws -> JobOutcome {
        let now = clock.now()
        let organization = assignment.conversation.organization
        let texts = MessageSplit(response.reply.text).parts
        let reading = ReplyReading(of: assignment, parts: texts.count, at: now)
        return try await effects.state.transaction(
            "reply", for: organization, booking: spent(response.reply.runs, assignment, at: now),
            reading: reading.questions.queries
        ) { more, rows in
            let answers = Answers(rows)
            var next = assignment.afterwards
            var writes: [Query] =
                assignment.responder.author == .ai ? [.countReply(of: organization, at: now)] : []
            let wasCounted = reading.wasCounted(answers)
            let conversation = try reading.standing.conversation(for: assignment, answers)
            let part = try reading.nextPart(answers)
            if let conversation, conversation.ownership.allowsReply(composedUnder: assignment.epoch), wasCounted {
                let said = try say(texts, of: response, assignment, in: conversation, from: part, at: now)
                effects.wrote(said)
                let sending = sending(assignment, at: now)
                writes += said + sending.writes
                next = sending.outcome
            } else {
                let unsaid = try await leaveUnsaid(assignment, in: conversation, from: part, asking: more, at: now)
                effects.wrote(unsaid)
                writes += unsaid
                if wasCounted { writes.append(.uncountOutbound(texts.count, of: organization, at: now)) }
            }
            faults.reach(.turnReplying)
            return (next, writes)
        }
    }

    /// - Parameter part: the number of its first part, behind a welcome.
    private func say(
        _ texts: [String], of response: TurnResponse, _ assignment: Assignment, in conversation: ConversationRecord,
        from part: Int, at now: Date
    ) throws -> [Query] {
        let reply = response.reply
        let spokenBy = reply.wantsHuman ? conversation.ownership.handedToPeople() : conversation.ownership
        let parts = parts(
            texts, by: assignment.responder.author, answering: assignment.turn, from: part, under: spokenBy.epoch)
        return [
            .record(
                assignment.responder.gate, .answered, reply.reason, turn: assignment.turn, in: conversation, at: now),
            .finish(assignment.turn, as: parts.isEmpty ? .closed : .answered, at: now),
        ]
            + response.writes + (try parts.map { try .queue($0, in: conversation, isCounted: true, at: now) })
            + (reply.wantsHuman
                ? try callPerson(in: conversation, reason: reply.reason, turn: assignment.turn, at: now) : [])
    }

    /// Another process answered (`conversation` is `nil`), a person took the conversation, or the quota is used up.
    private func leaveUnsaid(
        _ assignment: Assignment, in conversation: ConversationRecord?, from part: Int, asking more: TurnQuestion,
        at now: Date
    ) async throws -> [Query] {
        guard let conversation else { return [] }
        guard conversation.ownership.allowsReply(composedUnder: assignment.epoch) else {
            return overtaken(assignment.turn, in: conversation, at: now)
        }
        let asked = try await more("allowance", [.allowance(in: conversation.id, at: now)])
        guard let row = asked.joined().first else {
            throw PostgresError.decoding("the conversation has no organization")
        }
        return try overQuota(assignment.turn, try QuotaAllowance(row), part: part, in: conversation, at: now)
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

extension Responder {
    /// Under which name its answer stands in the decision trail.
    fileprivate var gate: String { author == .flow ? "flow" : "model" }
}
