import Domain
import FoundationEssentials
import Postgres
import Store

/// The second transaction: the reply is queued, or it is not said, with the reason. What its model calls cost is booked in a
/// transaction of its own that travels in front of it: the money is spent, whatever becomes of the reply.
extension TurnRun {
    func commit(_ response: TurnResponse, to assignment: Assignment) async throws -> JobOutcome {
        let (id, now) = (assignment.conversation.id, clock.now())
        let organization = assignment.conversation.organization
        return try await effects.state.transaction(
            "reply", for: organization, booking: spent(response.reply.runs, assignment, at: now),
            reading: Self.current(id) + [.allowance(in: id, at: now), .nextPart(of: assignment.turn)]
        ) { more, answers in
            var writes: [Query] =
                assignment.responder.author == .ai ? [.countReply(of: organization, at: now)] : []
            if let conversation = try Self.current(assignment, answers) {
                let limits = try ReplyLimits(allowance: answers[2], nextPart: answers[3])
                let answer = try await answer(response, assignment, conversation, limits, asking: more, at: now)
                effects.wrote(answer)
                writes += answer
            }
            faults.reach(.turnReplying)
            return (assignment.afterwards, writes)
        }
    }

    /// What tells `current(_:_:)`.
    static func current(_ id: ConversationID) -> [Query] { [.lock(id), .unfinishedTurns(of: id)] }

    /// The conversation as it is now; `nil` when the turn is over, because another process answered it.
    static func current(_ assignment: Assignment, _ answers: [[Row]]) throws -> ConversationRecord? {
        let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
        guard let row = answers[0].first,
            turns.contains(where: { $0.id == assignment.turn && $0.state == .composing && $0.epoch == assignment.epoch }
            )
        else { return nil }
        return try ConversationRecord(row)
    }

    /// What bounds a reply: what is left of the quota, and how many parts the turn has said already.
    private struct ReplyLimits {
        let allowance: QuotaAllowance
        /// The number of its first part.
        let nextPart: Int

        init(allowance rows: [Row], nextPart parts: [Row]) throws {
            guard let row = rows.first else { throw PostgresError.decoding("the conversation has no organization") }
            allowance = try QuotaAllowance(row)
            nextPart = try parts.first?["part"] ?? 0
        }
    }

    private func answer(
        _ response: TurnResponse, _ assignment: Assignment, _ conversation: ConversationRecord, _ limits: ReplyLimits,
        asking more: TurnQuestion, at now: Date
    ) async throws -> [Query] {
        let reply = response.reply
        guard conversation.ownership.allowsReply(composedUnder: assignment.epoch) else {
            return overtaken(assignment.turn, in: conversation, at: now)
        }
        let texts = MessageSplit(reply.text).parts
        let counting = Query.countOutbound(
            texts.count, of: conversation.organization, limit: limits.allowance.quota.limit, at: now)
        guard try await more("counting", [counting])[0].first != nil else {
            return try overQuota(assignment.turn, limits.allowance, part: limits.nextPart, in: conversation, at: now)
        }
        let spokenBy = reply.wantsHuman ? conversation.ownership.handedToPeople() : conversation.ownership
        let parts = texts.enumerated().map { offset, body in
            OutboundMessage(
                id: ids.make(), author: assignment.responder.author, body: body, turn: assignment.turn,
                part: limits.nextPart + offset,
                epoch: spokenBy.epoch)
        }
        return [
            .record(
                assignment.responder.gate, .answered, reply.reason, turn: assignment.turn, in: conversation, at: now),
            .finish(assignment.turn, as: parts.isEmpty ? .closed : .answered, at: now),
        ]
            + response.writes + (try queue(parts, in: conversation, at: now))
            + (reply.wantsHuman
                ? try callPerson(in: conversation, reason: reply.reason, turn: assignment.turn, at: now) : [])
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
