import Domain
import FoundationEssentials
import Postgres
import Store

/// A reply that was written and is not queued yet.
struct WrittenReply: Sendable {
    let response: TurnResponse
    /// One message each.
    let texts: [String]
    let assignment: Assignment
    let now: Date

    init(_ response: TurnResponse, to assignment: Assignment, at now: Date) {
        self.response = response
        self.assignment = assignment
        self.now = now
        texts = MessageSplit(response.reply.text).parts
    }
}

/// What the transaction reads that queues a reply: how things stand, the place of the reply's first part behind a welcome, what
/// waits to be sent before it, and whether the quota had room for it; then it is counted, with its messages.
struct ReplyReading: Sendable {
    private(set) var questions = Questions()
    private let standing: StandingReading
    private let part: Questions.Place
    private let waiting: Questions.Place
    private let counting: Questions.Place

    init(of reply: WrittenReply) {
        let (assignment, conversation) = (reply.assignment, reply.assignment.conversation)
        standing = StandingReading(of: conversation.id, asking: &questions)
        part = questions.ask(.nextPart(of: assignment.turn))
        waiting = questions.ask(.nextInOutbox(of: conversation.id))
        counting = questions.ask(
            .countOutbound(
                reply.texts.count, replies: assignment.replies, of: conversation.organization,
                limit: assignment.quotaLimit, at: reply.now))
    }

    func standing(for assignment: Assignment, _ answers: Answers) throws -> ReplyStanding {
        ReplyStanding(
            conversation: try standing.conversation(for: assignment, answers),
            nextPart: try answers[part].first?["part"] ?? 0, nothingWaits: answers[waiting].isEmpty,
            wasCounted: !answers[counting].isEmpty)
    }
}

/// How things stand when a reply is about to be queued.
struct ReplyStanding: Sendable {
    /// `nil`: the turn is over.
    let conversation: ConversationRecord?
    /// The number of the reply's first part, behind a welcome.
    let nextPart: Int
    let nothingWaits: Bool
    /// False: the quota is used up.
    let wasCounted: Bool
}
