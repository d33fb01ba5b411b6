import Domain
import FoundationEssentials
import Store

/// One run of a turn over its effects.
struct TurnRun: Sendable {
    let effects: TurnEffects
    let responders: Responders
    let sender: @Sendable (ChannelKind) -> ChannelSender?
    /// `nil` in a replay.
    let work: TurnWork?
    let faults: FaultPoints

    /// How often writing one reply is tried before a person has to answer.
    static let tries = 5
    private static let backoff = Backoff(base: 1, limit: 15)
    /// Real seconds for which a typing indicator is worth showing.
    private static let typing = 5.0

    var clock: WallClock { effects.clock }
    var ids: IDSource { effects.ids }

    func answer(
        _ conversation: ConversationID, of organization: OrganizationID, attempt: Int, timeout: Double
    ) async throws -> JobOutcome {
        let step = try await begin(conversation, of: organization, isLastTry: attempt > Self.tries)
        faults.reach(.turnDecided)
        switch step {
        case .over(let next):
            return next
        case .compose(let assignment):
            return try await answer(assignment, attempt: attempt, timeout: timeout)
        }
    }

    private func answer(_ assignment: Assignment, attempt: Int, timeout: Double) async throws -> JobOutcome {
        let response: TurnResponse
        do {
            response = try await compose(assignment, timeout: timeout)
        } catch  where error.isPassing {
            throw error
        } catch {
            let reason = "\(error)".cut(to: 300)
            guard attempt < Self.tries else { return try await giveUp(assignment, reason: reason) }
            let delay = Self.backoff.delay(after: attempt, fraction: 0.5)
            return .retry(after: delay, reason: "The reply could not be written: \(reason)")
        }
        faults.reach(.turnComposed)
        let next = try await commit(response, to: assignment)
        faults.reach(.turnReplied)
        return next
    }

    private func compose(_ assignment: Assignment, timeout: Double) async throws -> TurnResponse {
        showTyping(assignment)
        let response = try await assignment.responder.respond(
            to: TurnToAnswer(
                conversation: assignment.conversation, turn: assignment.turn, history: assignment.history,
                effects: effects, timeout: timeout))
        guard response.reply.wantsHuman || !response.reply.text.isEmpty else {
            try await book(response.reply.runs, assignment)
            throw TurnError.emptyReply
        }
        return response
    }

    /// Beside everything else: a provider that takes its time with it delays nobody.
    private func showTyping(_ assignment: Assignment) {
        guard let messageID = assignment.lastMessageID, let sender = sender(assignment.conversation.kind) else {
            return
        }
        let showing = Task { await sender.showTyping(messageID) }
        Task {
            try? await Task.sleep(for: .seconds(Self.typing))
            showing.cancel()
        }
    }
}

/// A reply that has to be written.
struct Assignment: Sendable {
    /// As it was when the decision fell; its epoch is the one the reply is composed under.
    let conversation: ConversationRecord
    let turn: TurnID
    let responder: any Responder
    /// Oldest first; ends with the customer's messages of this turn.
    let history: [HistoryLine]
    /// The provider's id of the customer's last message.
    let lastMessageID: String?
    /// Messages a month, when the decision fell.
    let quotaLimit: Int
    /// When the next turn of the conversation is due, which came up while this one is being answered.
    let nextDue: Date?

    var epoch: Int { conversation.ownership.epoch }
    /// How many replies of personas it counts as.
    var replies: Int { responder.author == .ai ? 1 : 0 }
    /// What the job does when this turn is over.
    var afterwards: JobOutcome { nextDue.map { .snooze(until: $0) } ?? .done }
}

enum TurnStep: Sendable {
    case over(JobOutcome)
    case compose(Assignment)
}

enum TurnError: Error, CustomStringConvertible {
    case emptyReply
    /// Another version of the program knows it.
    case unknownResponder(String)

    var description: String {
        switch self {
        case .emptyReply: "the model wrote nothing"
        case .unknownResponder(let name): "this version has no responder \(name)"
        }
    }
}
