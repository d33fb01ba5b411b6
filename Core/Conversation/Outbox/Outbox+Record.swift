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
            return try await giveUp(attempt, code ?? "63016", reason, "window")
        case .optedOut(let code, let reason):
            let optOut = Query.setOptOut(in: attempt.conversation.id, at: clock.now(), now: clock.now())
            return try await giveUp(attempt, code ?? "21610", reason, "opt_out", and: [optOut])
        case .refused(let code, let reason):
            return try await giveUp(attempt, code, reason, "provider")
        case .later(let after, let reason):
            return try await putOff(attempt, after: after, reason: reason)
        case .unknown:
            // Still `sending`: the next look asks the provider, not before it had time to write the message down.
            return .snooze(until: clock.now().addingTimeInterval(1))
        }
    }

    private func putOff(_ attempt: SendAttempt, after: Double?, reason: String) async throws -> JobOutcome? {
        let attempts = attempt.entry.attempts + 1
        guard attempts < limits.attempts else {
            return try await giveUp(
                attempt, nil, reason, "provider", sentence: "Given up after \(attempts) tries: \(reason)")
        }
        let delay = after ?? Self.backoff.delay(after: attempts, fraction: 0.5)
        // Put back among those that wait it would look as if it had never left.
        let status: MessageStatus = attempt.entry.mayHaveLeft ? .sending : .queued
        _ = try await write(
            attempt, OutboxMove(to: status, from: [.sending], reason: "\(reason) It will be tried again."), "provider",
            .passed, "The provider asked to wait \(Int(saturating: delay.rounded(.up))) s: \(reason)")
        return .snooze(until: clock.now().addingTimeInterval(delay))
    }

    /// - Parameter sentence: for the trail, where it is not the reason itself.
    private func giveUp(
        _ attempt: SendAttempt, _ code: String?, _ reason: String, _ gate: String, sentence: String? = nil,
        and more: [Query] = []
    ) async throws -> JobOutcome? {
        guard attempt.entry.mayHaveLeft else {
            // The customer waits, and nothing more happens by itself.
            let look: [Query] =
                gate == "opt_out" ? [] : [.setStatus(attempt.conversation.id, .pending, at: clock.now())]
            return try await write(attempt, .failed(code, reason), gate, .stopped, sentence ?? reason, and: more + look)
        }
        try await leaveUndecided(attempt.entry, in: attempt.conversation, because: sentence ?? reason, and: more)
        return nil
    }

    /// Whether it reached the customer is for a person to find out, unless somebody told meanwhile.
    /// - Parameters:
    ///   - reason: a sentence.
    ///   - more: about the contact: in the order of locks it comes before the conversation.
    func leaveUndecided(
        _ entry: OutboxEntry, in thread: ConversationRecord, because reason: String, and more: [Query] = []
    ) async throws {
        let now = clock.now()
        let sentence = "It is not known whether the customer got this message. \(reason)"
        let unknown = OutboxMove(to: .unknown, from: [.sending], reason: sentence)
        try await database.transaction(
            for: thread.organization, durability: .inOrder,
            reading: more + [.lock(thread.id), .move(entry.id, unknown, at: now)]
        ) { _, answers in
            guard answers.last?.isEmpty == false else { return ((), []) }
            return (
                (),
                [
                    .setStatus(thread.id, .pending, at: now),
                    .record(
                        "provider", .stopped, sentence, turn: entry.turn, message: entry.id, in: thread, at: now),
                ]
            )
        }
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
