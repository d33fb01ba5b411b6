package import Domain
import FoundationEssentials
package import Postgres
package import Store

/// Answers a turn that the rule of who answers (`WhoAnswers`) gave to its kind: a persona, a flow, a campaign.
package protocol Responder: Sendable {
    /// Kept with the turn, so that whoever goes on with it after a crash asks the same one. Never renamed.
    var name: String { get }
    /// As whom it speaks: `ai` or `flow`.
    var author: OutboundMessage.Author { get }
    func answers(_ answer: AnswerDecision.Answer) -> Bool

    /// Asked in the round trip that reads the turn's facts.
    func questions(about turn: TurnRecord, in conversation: ConversationRecord) -> [Query]
    /// Adds to the facts, from the answers, what the rule must know of it: that a flow runs, that the text triggers one.
    func inform(_ facts: inout AnswerFacts, _ answers: [[Row]], messages: [TurnMessage]) throws

    /// What to say. Called outside any transaction; takes everything from outside through the turn's effects. What it throws
    /// is tried again, and in the end a person is called.
    func respond(to turn: TurnToAnswer) async throws -> TurnResponse
}

extension Responder {
    package func questions(about turn: TurnRecord, in conversation: ConversationRecord) -> [Query] { [] }
    package func inform(_ facts: inout AnswerFacts, _ answers: [[Row]], messages: [TurnMessage]) throws {}
}

/// A turn that a responder answers.
package struct TurnToAnswer: Sendable {
    /// As it was when the decision fell; its epoch is the one the reply is composed under.
    package let conversation: ConversationRecord
    package let turn: TurnID
    /// Oldest first; ends with the customer's messages of this turn.
    package let history: [HistoryLine]
    package let effects: TurnEffects
    /// Real seconds that may pass before the answer is useless.
    package let timeout: Double
}

package struct TurnResponse: Sendable {
    package var reply: ComposedReply
    /// Stored in the transaction that queues the reply, and only when it is still wanted.
    package var writes: [Query]

    package init(_ reply: ComposedReply, writes: [Query] = []) {
        self.reply = reply
        self.writes = writes
    }
}

/// Those that this process has, in the order in which they are asked.
struct Responders: Sendable {
    let all: [any Responder]

    func answering(_ answer: AnswerDecision.Answer) -> (any Responder)? { all.first { $0.answers(answer) } }
    func named(_ name: String?) -> (any Responder)? { all.first { $0.name == name } }
}
