import Domain
import FoundationEssentials
import Postgres
import Store

/// A message that may or may not have left: ask the provider, never repeat it on a guess.
extension Outbox {
    /// How far the provider's clock may be behind ours, seconds.
    private static let clockSkew = 60.0
    private static let notListed = "The provider does not list it."

    /// `nil`: settled, go on with the next message.
    func reconcile(_ attempt: SendAttempt) async throws -> JobOutcome? {
        let age = attempt.entry.sendingFor ?? 0
        let since = (attempt.entry.sendingSince ?? clock.now()).addingTimeInterval(-Self.clockSkew)
        let listed: [SentMessage]
        do {
            listed = try await attempt.sender.reconcile(attempt.draft, since)
        } catch {
            return try await wait(attempt, age: age, limit: limits.lookingInTheDark)
        }
        guard let found = try await unassigned(listed, like: attempt, since: since),
            try await settle(attempt, as: found)
        else { return try await wait(attempt, age: age, limit: limits.lookingFor) }
        return nil
    }

    /// Its id is the only sign that the message left: one that another message took meanwhile is no sign. In the order of locks,
    /// contact and conversation before the message.
    private func settle(_ attempt: SendAttempt, as found: SentMessage) async throws -> Bool {
        let (thread, now) = (attempt.conversation.id, clock.now())
        let optOut: [Query] = found.optsOut ? [.setOptOut(in: thread, at: now, now: now)] : []
        return try await database.transaction(
            for: attempt.conversation.organization, durability: .inOrder,
            reading: optOut + [.lock(thread), .claim(found.providerID, for: attempt.entry.id)]
        ) { _, answers in
            guard answers.last?.isEmpty == false else { return (false, []) }
            return (true, changes(attempt, as: found))
        }
    }

    /// What the provider says became of it counts: whoever reports it may have found no message with its id.
    private func changes(_ attempt: SendAttempt, as found: SentMessage) -> [Query] {
        var move = OutboxMove.accepted(found.providerID)
        move.status = found.status
        guard found.status == .failed else {
            let reason = "Its sending was interrupted; the provider lists it as \(found.status.rawValue)."
            return changes(attempt, move, "provider", .passed, reason)
        }
        move.errorCode = found.errorCode
        move.reason = found.reason
        let reason = "Its sending was interrupted; the provider lists it as failed. \(found.reason ?? "")"
        // Who wants no messages waits for nothing.
        guard !found.optsOut else { return changes(attempt, move, "opt_out", .stopped, reason) }
        return [.setStatus(attempt.conversation.id, .pending, at: clock.now())]
            + changes(attempt, move, "provider", .stopped, reason)
    }

    /// The provider's message that is this one: same words, not before it was marked, and nobody else's.
    private func unassigned(
        _ listed: [SentMessage], like attempt: SendAttempt, since: Date
    ) async throws -> SentMessage? {
        let alike = listed.filter {
            trimmed($0.body) == trimmed(attempt.entry.body) && ($0.createdAt.map { $0 >= since } ?? true)
        }
        guard !alike.isEmpty else { return nil }
        let rows = try await database.pipeline(
            for: attempt.conversation.organization,
            [.assigned(alike.map(\.providerID), on: attempt.conversation.channel)])[0]
        let taken = Set(try rows.map { row throws(PostgresError) -> String in try row["provider_message_id"] })
        return alike.filter { !taken.contains($0.providerID) }.min { ($0.createdAt ?? since) < ($1.createdAt ?? since) }
    }

    private func wait(_ attempt: SendAttempt, age: Double, limit: Double) async throws -> JobOutcome? {
        guard age >= limit else {
            return .snooze(until: clock.now().addingTimeInterval(Self.pause(afterSending: age)))
        }
        try await leaveUndecided(attempt.entry, in: attempt.conversation, because: Self.notListed)
        return nil
    }

    private func trimmed(_ text: String) -> Substring {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
