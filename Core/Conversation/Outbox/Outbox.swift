package import Domain
package import FoundationEssentials
package import Postgres
package import Store

/// Sends what was queued, oldest first, one conversation at a time.
///
/// A message is marked as sending before the provider hears of it. Whatever happens after that mark (a crash, a time-out),
/// the provider is asked what it took; the message is never handed over a second time on a guess.
package struct Outbox: Sendable {
    let database: Database
    let clock: WallClock
    let ids: IDSource
    let sender: @Sendable (ChannelKind) -> ChannelSender?
    let mayLeave: @Sendable (ConversationID) async throws -> SendPermission
    let limits: Limits
    let marked: MarkedReplies?
    let faults: FaultPoints

    package struct Limits: Sendable {
        /// How often a message that the provider did not take is handed over.
        package var attempts = 8
        /// Real seconds for which the provider is asked about a message whose fate is unknown.
        package var lookingFor = 30.0
        /// The same when the provider does not even answer that question.
        package var lookingInTheDark = 600.0

        package init() {}
    }

    static let backoff = Backoff(base: 2, limit: 300)

    /// - Parameters:
    ///   - mayLeave: asked before each message of a conversation.
    ///   - marked: replies of turns of this process that go out before anything else; only for an outbox without `mayLeave`.
    package init(
        database: Database, clock: WallClock, ids: IDSource,
        sender: @escaping @Sendable (ChannelKind) -> ChannelSender?,
        mayLeave: @escaping @Sendable (ConversationID) async throws -> SendPermission = { _ in .granted },
        limits: Limits = Limits(), marked: MarkedReplies? = nil, faults: FaultPoints = .none
    ) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.sender = sender
        self.mayLeave = mayLeave
        self.limits = limits
        self.marked = marked
        self.faults = faults
    }

    /// - Parameter deadline: real time at which everything is over: no message is begun that might take longer.
    package func run(_ job: Job, until deadline: Date) async throws -> JobOutcome {
        guard let conversation = ConversationID(job.key) else { return .cancel(reason: "The key is no conversation.") }
        if let attempt = marked?.take(for: job) {
            faults.reach(.outboxMarked)
            if let outcome = try await send(attempt, .granted) { return outcome }
        }
        let longest = ChannelKind.allCases.compactMap { sender($0)?.longest }.max() ?? 0
        while Date() < deadline.addingTimeInterval(-longest) {
            let permission = try await mayLeave(conversation)
            if case .later(let seconds) = permission { return .snooze(until: clock.now().addingTimeInterval(seconds)) }
            let next = try await take(conversation, for: job)
            faults.reach(.outboxMarked)
            switch next {
            case .empty: return .done
            case .settled: continue
            case .send(let attempt):
                if let pause = try await send(attempt, permission) { return pause }
            case .reconcile(let attempt):
                if let pause = try await reconcile(attempt) { return pause }
            case .undecided(let entry, let thread, let reason):
                try await leaveUndecided(entry, in: thread, because: reason)
            }
        }
        return .snooze(until: clock.now())
    }

    /// `nil`: go on with the next message.
    private func send(_ attempt: SendAttempt, _ permission: SendPermission) async throws -> JobOutcome? {
        let refusal = permission.refusal(of: attempt.entry.id)
        let result = if let refusal { refusal } else { await attempt.sender.send(attempt.draft) }
        faults.reach(.outboxSent)
        let pause = try await record(result, of: attempt)
        faults.reach(.outboxRecorded)
        return pause
    }
}

/// A message about to be handed to its provider, or whose hand-over has to be looked up.
struct SendAttempt: Sendable {
    /// Whose work it is.
    let job: Job
    let conversation: ConversationRecord
    let entry: OutboxEntry
    let sender: ChannelSender

    var draft: ChannelDraft {
        ChannelDraft(
            id: entry.id, organization: conversation.organization, from: conversation.localAddress,
            to: conversation.remoteAddress, body: entry.body, mediaURLs: entry.media.map(\.url), type: entry.type,
            media: entry.media, content: entry.content, providerMessageID: entry.providerMessageID,
            marks: entry.status == .sending ? entry.attempts : entry.attempts + 1)
    }
}

enum OutboxStep: Sendable {
    /// Nothing waits, or the job that asks is not this process's any more.
    case empty
    /// The oldest message may not be sent; that is written down. There may be another.
    case settled
    case send(SendAttempt)
    /// It was marked as sending before; nobody knows whether the provider has it.
    case reconcile(SendAttempt)
    /// The same, and it may not be sent any more.
    case undecided(OutboxEntry, ConversationRecord, reason: String)
}
