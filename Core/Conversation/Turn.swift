package import Domain
import FoundationEssentials
package import Postgres
package import Store

/// Answers a customer: decides who answers, has the reply written, and queues it.
///
/// Two transactions with the writing between them, neither of which waits for the disk: nothing leaves the house before the
/// outbox has marked it, on disk. The first decides under the conversation's lock and says everything that
/// needs no model; the second queues the reply, if the turn is still being composed under the same epoch. A process that
/// dies in between leaves a turn that is being composed, and the job, taken up by another, composes it again.
package struct Turn: Sendable {
    let database: Database
    let clock: WallClock
    let ids: IDSource
    let composer: Composer
    /// `nil` for a kind of channel that this process can't send through.
    let sender: @Sendable (ChannelKind) -> ChannelSender?
    let faults: FaultPoints

    /// How often writing one reply is tried before a person has to answer.
    static let tries = 5
    /// Lines of the conversation that are offered to the composer; a persona takes as many as it is set to.
    static let historyLimit = 40
    private static let backoff = Backoff(base: 1, limit: 15)

    package init(
        database: Database, clock: WallClock, ids: IDSource, composer: Composer,
        sender: @escaping @Sendable (ChannelKind) -> ChannelSender?, faults: FaultPoints = .none
    ) {
        self.database = database
        self.clock = clock
        self.ids = ids
        self.composer = composer
        self.sender = sender
        self.faults = faults
    }

    /// - Parameter timeout: real seconds the composer may take.
    package func run(_ job: Job, timeout: Double) async throws -> JobOutcome {
        guard let conversation = ConversationID(job.key) else { return .cancel(reason: "The key is no conversation.") }
        let step = try await begin(conversation, of: job.organization, isLastTry: job.attempts > Self.tries)
        faults.reach(.turnDecided)
        switch step {
        case .over(let next):
            return next
        case .compose(let assignment):
            return try await answer(assignment, attempts: job.attempts, timeout: timeout)
        }
    }

    private func answer(_ assignment: Assignment, attempts: Int, timeout: Double) async throws -> JobOutcome {
        let reply: ComposedReply
        do {
            reply = try await compose(assignment, timeout: timeout)
        } catch {
            let reason = String("\(error)".prefix(300))
            guard attempts < Self.tries else { return try await giveUp(assignment, reason: reason) }
            let delay = Self.backoff.delay(after: attempts, fraction: 0.5)
            return .retry(after: delay, reason: "The reply could not be written: \(reason)")
        }
        faults.reach(.turnComposed)
        let next = try await commit(reply, to: assignment)
        faults.reach(.turnReplied)
        return next
    }

    private func compose(_ assignment: Assignment, timeout: Double) async throws -> ComposedReply {
        async let typing: Void = showTyping(assignment)
        let reply = try await composer.compose(
            ComposeRequest(
                organization: assignment.conversation.organization, channel: assignment.conversation.channel,
                conversation: assignment.conversation.id, turn: assignment.turn, history: assignment.history,
                now: clock.now(), timeout: timeout))
        await typing
        guard reply.wantsHuman || !reply.text.isEmpty else {
            try await book(reply.runs, assignment)
            throw TurnError.emptyReply
        }
        return reply
    }

    private func showTyping(_ assignment: Assignment) async {
        guard let messageID = assignment.lastMessageID, let sender = sender(assignment.conversation.kind) else {
            return
        }
        await sender.showTyping(messageID)
    }
}

/// A reply that has to be written.
struct Assignment: Sendable {
    /// As it was when the decision fell; its epoch is the one the reply is composed under.
    let conversation: ConversationRecord
    let turn: TurnID
    /// Oldest first; ends with the customer's messages of this turn.
    let history: [HistoryLine]
    /// The provider's id of the customer's last message.
    let lastMessageID: String?
    /// When the next turn of the conversation is due, which came up while this one is being answered.
    let nextDue: Date?

    var epoch: Int { conversation.ownership.epoch }
    /// What the job does when this turn is over.
    var afterwards: JobOutcome { nextDue.map { .snooze(until: $0) } ?? .done }
}

enum TurnStep: Sendable {
    case over(JobOutcome)
    case compose(Assignment)
}

enum TurnError: Error, CustomStringConvertible {
    case emptyReply

    var description: String { "the model wrote nothing" }
}
