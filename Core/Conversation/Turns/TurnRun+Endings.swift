import Domain
import FoundationEssentials
import Postgres
import Store

/// How a turn ends without the reply it was to get. Never without a reason.
extension TurnRun {
    /// A person took the conversation while the reply was being written.
    func overtaken(_ turn: TurnID, in conversation: ConversationRecord, at now: Date) -> [Query] {
        [
            .record(
                "owner", .stopped, "A person took the conversation while the reply was written; nothing was sent.",
                turn: turn, in: conversation, at: now),
            .finish(turn, as: .closed, at: now),
        ]
    }

    /// The quota has no room for the reply: others used the rest of it meanwhile, or it has more parts than are left.
    /// - Parameters:
    ///   - messages: of the reply.
    ///   - part: the notice's place in the turn's answer: behind a welcome.
    func overQuota(
        _ turn: TurnID, _ allowance: QuotaAllowance, messages: Int, part: Int, in conversation: ConversationRecord,
        at now: Date
    ) throws -> [Query] {
        let notice = parts(
            allowance.notice.map { MessageSplit($0).parts } ?? [], by: .system, answering: turn, from: part,
            under: conversation.ownership.epoch)
        let quota = allowance.quota
        let reason =
            quota.isExhausted
            ? "The quota of \(quota.limit) messages was used up while the reply was written."
            : "Of the quota of \(quota.limit) messages \(quota.remaining) are left, and the reply has \(messages): it was not sent."
        return [
            .record("quota", notice.isEmpty ? .stopped : .answered, reason, turn: turn, in: conversation, at: now),
            .finish(turn, as: notice.isEmpty ? .closed : .answered, at: now),
        ]
            + (notice.isEmpty ? [] : try queue(notice, in: conversation, at: now))
    }

    /// The last try to write a reply failed: a person has to answer.
    func giveUp(_ assignment: Assignment, reason: String) async throws -> JobOutcome {
        var questions = Questions()
        let standing = StandingReading(of: assignment.conversation.id, asking: &questions)
        return try await effects.state.transaction(
            "giving up", for: assignment.conversation.organization, reading: questions.queries
        ) { _, rows in
            let now = clock.now()
            guard let conversation = try standing.conversation(for: assignment, Answers(rows)) else {
                return (assignment.afterwards, [])
            }
            let stillHolds = conversation.ownership.allowsReply(composedUnder: assignment.epoch)
            let writes =
                stillHolds
                ? try handOver(assignment.turn, in: conversation, reason: reason, at: now)
                : overtaken(assignment.turn, in: conversation, at: now)
            effects.wrote(writes)
            return (assignment.afterwards, writes)
        }
    }

    func handOver(
        _ turn: TurnID, in conversation: ConversationRecord, reason: String, at now: Date
    ) throws -> [Query] {
        [
            .record(
                "model", .stopped,
                "No reply could be written in \(Self.tries) tries, a person has to answer: \(reason)",
                turn: turn, in: conversation, at: now),
            .finish(turn, as: .closed, at: now),
        ] + (try callPerson(in: conversation, reason: reason, turn: turn, at: now))
    }

    /// From now on machines are silent here until a person gives the conversation back. What was queued for this
    /// conversation before still goes out: nobody has contradicted it yet.
    func callPerson(
        in conversation: ConversationRecord, reason: String, turn: TurnID, at now: Date
    ) throws -> [Query] {
        let handed = conversation.ownership.handedToPeople()
        return [
            .give(conversation.id, to: handed, status: .pending, at: now),
            .carryQueued(in: conversation.id, from: conversation.ownership.epoch, to: handed.epoch),
            try .event(
                "conversation.handoff", about: conversation.id.rawValue, of: conversation.organization,
                data: ["reason": reason, "turn_id": turn.text], at: now),
        ]
    }
}
