import Domain
import FoundationEssentials
import Postgres
import Store

/// The transaction before the provider is called: the oldest message, and whether it may still be said.
extension Outbox {
    func take(_ id: ConversationID, of organization: OrganizationID) async throws -> OutboxStep {
        try await database.transaction(for: organization, durability: .inOrder) { connection in
            let answers = try await connection.pipeline([.lock(id), .nextInOutbox(of: id)])
            guard let thread = answers[0].first, let oldest = answers[1].first else { return .empty }
            let step = try await take(
                try OutboxEntry(oldest), in: try ConversationRecord(thread), on: connection, at: clock.now())
            faults.reach(.outboxMarking)
            return step
        }
    }

    private func take(
        _ entry: OutboxEntry, in conversation: ConversationRecord, on connection: Connection, at now: Date
    ) async throws -> OutboxStep {
        guard let sender = sender(conversation.kind) else {
            return try await settle(
                entry, in: conversation, as: .failed, gate: "channel", reason: "This kind of line can't send.",
                on: connection, at: now)
        }
        let departure = Departure(conversation: conversation, entry: entry, sender: sender)
        guard entry.status == .queued || sender.isRepeatable else { return .reconcile(departure) }
        let mayHaveLeft = entry.status == .sending && entry.providerMessageID != nil
        if let objection = objection(to: entry, in: conversation, at: now) {
            if mayHaveLeft { return try await leaveUndecided(departure, on: connection, at: now) }
            return try await settle(
                entry, in: conversation, as: objection.status, gate: objection.gate, code: objection.code,
                reason: objection.reason, on: connection, at: now)
        }
        if entry.status == .queued {
            // On disk before the provider hears of it. A sender that may repeat itself keeps its own word.
            try await connection.pipeline(
                [.move(entry.id, OutboxMove(to: .sending, from: [.queued]), at: now)]
                    + (sender.isRepeatable ? [] : [.onDisk]))
        }
        return .send(departure)
    }

    /// It may have left before somebody objected; saying it now could be the first time.
    private func leaveUndecided(
        _ departure: Departure, on connection: Connection, at now: Date
    ) async throws -> OutboxStep {
        let unknown = OutboxMove(to: .unknown, from: [.sending], reason: Self.undecided)
        try await connection.pipeline([
            .move(departure.entry.id, unknown, at: now),
            .record(
                "provider", .stopped, Self.undecided, turn: departure.entry.turn, message: departure.entry.id,
                in: departure.conversation, at: now),
        ])
        return .settled
    }

    private struct Objection {
        let gate: String
        let status: MessageStatus
        var code: String?
        let reason: String
    }

    /// Why a queued message may no longer be sent, or `nil`.
    private func objection(to entry: OutboxEntry, in conversation: ConversationRecord, at now: Date) -> Objection? {
        let epoch = conversation.ownership.epoch
        if let composed = entry.epoch, composed != epoch {
            return Objection(
                gate: "owner", status: .cancelled,
                reason: "It was written before the conversation changed hands (epoch \(composed), now \(epoch)).")
        }
        // The confirmation of STOP is the one thing still said, and the system says it under no epoch.
        let confirmsKeyword = entry.author == .system && entry.epoch == nil
        if conversation.isOptedOut, !confirmsKeyword {
            return Objection(
                gate: "opt_out", status: .failed, code: "21610", reason: "The customer has opted out of messages.")
        }
        if MessagingWindow.applies(to: conversation.kind, address: conversation.remoteAddress),
            !MessagingWindow.isOpen(lastInbound: conversation.lastInboundAt, now: now)
        {
            return Objection(
                gate: "window", status: .failed, code: "63016",
                reason: "The customer last wrote more than 24 hours ago; only an approved template may be sent.")
        }
        return nil
    }

    private func settle(
        _ entry: OutboxEntry, in conversation: ConversationRecord, as status: MessageStatus, gate: String,
        code: String? = nil, reason: String, on connection: Connection, at now: Date
    ) async throws -> OutboxStep {
        let move = OutboxMove(to: status, from: [.queued, .sending], errorCode: code, reason: reason)
        try await connection.pipeline([
            .move(entry.id, move, at: now),
            .record(gate, .stopped, reason, turn: entry.turn, message: entry.id, in: conversation, at: now),
            .uncountOutbound(1, of: conversation.organization, at: now),
        ])
        return .settled
    }
}
