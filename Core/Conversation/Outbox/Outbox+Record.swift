import Domain
import FoundationEssentials
import Postgres
import Store

/// The transaction after the provider was called.
extension Outbox {
    /// `nil`: go on with the next message.
    func record(_ result: SendResult, of attempt: SendAttempt) async throws -> JobOutcome? {
        switch result {
        case .accepted(let providerID):
            return try await write(attempt, .accepted(providerID), "provider", .passed, "The provider took it.")
        case .windowClosed(let code, let reason):
            return try await write(attempt, .failed(code ?? "63016", reason), "window", .stopped, reason)
        case .optedOut(let code, let reason):
            let optOut = Query.setOptOut(attempt.conversation.contact, at: clock.now(), now: clock.now())
            return try await write(
                attempt, .failed(code ?? "21610", reason), "opt_out", .stopped, reason, and: [optOut])
        case .refused(let code, let reason):
            guard !attempt.mayHaveLeft else { return try await leaveUndecided(attempt, because: reason) }
            return try await write(attempt, .failed(code, reason), "provider", .stopped, reason)
        case .later(let after, let reason):
            return try await putOff(attempt, after: after, reason: reason)
        case .unknown:
            // Still `sending`: the next look asks the provider, not before it had time to write the message down.
            return .snooze(until: clock.now().addingTimeInterval(1))
        }
    }

    private func putOff(_ attempt: SendAttempt, after: Double?, reason: String) async throws -> JobOutcome? {
        guard !attempt.mayHaveLeft else { return try await tryAgain(attempt, after: after, reason: reason) }
        let attempts = attempt.entry.attempts + 1
        guard attempts < limits.attempts else {
            return try await write(
                attempt, .failed(nil, reason), "provider", .stopped, "Given up after \(attempts) tries: \(reason)")
        }
        let delay = after ?? Self.backoff.delay(after: attempts, fraction: 0.5)
        _ = try await write(
            attempt, OutboxMove(to: .queued, from: [.sending], reason: reason), "provider", .passed,
            "The provider asked to wait \(Int(delay.rounded(.up))) s: \(reason)")
        return .snooze(until: clock.now().addingTimeInterval(delay))
    }

    /// It stays `sending`: put back among those that wait, it would look as if it had never left.
    private func tryAgain(_ attempt: SendAttempt, after: Double?, reason: String) async throws -> JobOutcome? {
        let age = attempt.entry.sendingFor ?? 0
        guard age < limits.lookingInTheDark else { return try await leaveUndecided(attempt, because: reason) }
        return .snooze(until: clock.now().addingTimeInterval(after ?? Self.pause(afterSending: age)))
    }

    /// Whether it reached the customer is for a person to find out.
    func leaveUndecided(_ attempt: SendAttempt, because reason: String) async throws -> JobOutcome? {
        let sentence = Self.undecided(reason)
        let unknown = OutboxMove(to: .unknown, from: [.sending], reason: sentence)
        let pending = Query.setStatus(attempt.conversation.id, .pending, at: clock.now())
        return try await write(attempt, unknown, "provider", .stopped, sentence, and: [pending])
    }

    /// - Parameter reason: a sentence.
    static func undecided(_ reason: String) -> String {
        "It is not known whether the customer got this message. \(reason) Decide whether to send it again."
    }

    /// Seconds until the next look at a message that has been `sending` for `age` seconds.
    static func pause(afterSending age: Double) -> Double { min(max(1, age / 2), 10) }

    /// - Parameter more: about the contact or the conversation: in the order of locks they come before the message.
    /// - Returns: what ended the job, when nothing else waits in the conversation; `nil`: go on with the next message. One that is
    ///   queued later brings a job of its own.
    func write(
        _ attempt: SendAttempt, _ move: OutboxMove, _ gate: String, _ outcome: GateResult.Outcome, _ reason: String,
        and more: [Query] = []
    ) async throws -> JobOutcome? {
        // Forgotten, the message counts as being sent, and its fate is looked up again.
        let answers = try await database.pipeline(
            for: attempt.conversation.organization, durability: .inOrder,
            more + changes(attempt, move, gate, outcome, reason) + [
                .end(attempt.job, ifNothingWaitsIn: attempt.conversation.id)
            ])
        return answers.last?.isEmpty == true ? nil : .recorded(next: nil)
    }

    func changes(
        _ attempt: SendAttempt, _ move: OutboxMove, _ gate: String, _ outcome: GateResult.Outcome, _ reason: String
    ) -> [Query] {
        let now = clock.now()
        return [
            .move(attempt.entry.id, move, at: now),
            .record(
                gate, outcome, reason, turn: attempt.entry.turn, message: attempt.entry.id,
                in: attempt.conversation, at: now),
        ]
    }
}

extension OutboxMove {
    /// Also from `unknown`: the answer came after all.
    static func accepted(_ providerID: String) -> OutboxMove {
        OutboxMove(to: .sent, from: [.sending, .unknown], providerID: providerID)
    }

    static func failed(_ code: String?, _ reason: String) -> OutboxMove {
        OutboxMove(to: .failed, from: [.sending, .unknown], errorCode: code, reason: reason)
    }
}
