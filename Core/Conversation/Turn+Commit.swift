import Domain
import FoundationEssentials
import Postgres
import Store

/// The second transaction: the reply is queued, or it is not said, with the reason.
extension Turn {
    func commit(_ reply: ComposedReply, to assignment: Assignment) async throws -> JobOutcome {
        try await database.transaction(for: assignment.conversation.organization, durability: .inOrder) { connection in
            let now = clock.now()
            let conversation = try await current(assignment, on: connection)
            var writes = spent(reply.runs, assignment, at: now)
            if let conversation {
                writes += try await answer(reply, assignment, conversation, on: connection, at: now)
            }
            try await connection.pipeline(writes)
            faults.reach(.turnReplying)
            return assignment.afterwards
        }
    }

    /// The conversation as it is now; `nil` when the turn is over, because another process answered it.
    func current(_ assignment: Assignment, on connection: Connection) async throws -> ConversationRecord? {
        let id = assignment.conversation.id
        let answers = try await connection.pipeline([.lock(id), .unfinishedTurns(of: id)])
        let turns = try answers[1].map { row throws(PostgresError) in try TurnRecord(row) }
        guard let row = answers[0].first,
            turns.contains(where: { $0.id == assignment.turn && $0.state == .composing && $0.epoch == assignment.epoch }
            )
        else { return nil }
        return try ConversationRecord(row)
    }

    private func answer(
        _ reply: ComposedReply, _ assignment: Assignment, _ conversation: ConversationRecord, on connection: Connection,
        at now: Date
    ) async throws -> [Query] {
        guard conversation.ownership.allowsReply(composedUnder: assignment.epoch) else {
            return overtaken(assignment.turn, in: conversation, at: now)
        }
        let texts = MessageSplit(reply.text).parts
        let allowance = try await allowance(assignment, on: connection, at: now)
        let counting = Query.countOutbound(
            texts.count, of: conversation.organization, limit: allowance.quota.limit, at: now)
        guard try await !connection.query(counting).isEmpty else {
            return try overQuota(assignment.turn, allowance, in: conversation, at: now)
        }
        let first: Int = try await connection.query(.nextPart(of: assignment.turn)).first?["part"] ?? 0
        let spokenBy = reply.wantsHuman ? conversation.ownership.handedToPeople() : conversation.ownership
        let parts = texts.enumerated().map { offset, body in
            OutboundMessage(
                id: ids.make(), author: .ai, body: body, turn: assignment.turn, part: first + offset,
                epoch: spokenBy.epoch)
        }
        return [
            .record("model", .answered, reply.reason, turn: assignment.turn, in: conversation, at: now),
            .finish(assignment.turn, as: parts.isEmpty ? .closed : .answered, at: now),
        ]
            + (try queue(parts, in: conversation, at: now))
            + (reply.wantsHuman
                ? try callPerson(in: conversation, reason: reply.reason, turn: assignment.turn, at: now) : [])
    }

    private func allowance(
        _ assignment: Assignment, on connection: Connection, at now: Date
    ) async throws -> QuotaAllowance {
        let rows = try await connection.query(.allowance(in: assignment.conversation.id, at: now))
        guard let row = rows.first else { throw PostgresError.decoding("the conversation has no organization") }
        return try QuotaAllowance(row)
    }

    private func spent(_ runs: [AIRun], _ assignment: Assignment, at now: Date) -> [Query] {
        let organization = assignment.conversation.organization
        return runs.map {
            .store($0, turn: assignment.turn, conversation: assignment.conversation.id, of: organization, at: now)
        } + [.countReply(runs, replies: 1, of: organization, at: now)]
    }
}
