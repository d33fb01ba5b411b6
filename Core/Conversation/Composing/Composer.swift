package import Domain
package import FoundationEssentials

/// Writes the reply of a turn: persona, knowledge, history and a model, or the built-in offline model when there is no
/// key. Called outside any transaction; may take seconds; what it spent is in the answer and is stored with the reply.
package struct Composer: Sendable {
    package var compose: @Sendable (ComposeRequest) async throws -> ComposedReply

    package init(compose: @escaping @Sendable (ComposeRequest) async throws -> ComposedReply) {
        self.compose = compose
    }
}

package struct ComposeRequest: Sendable {
    package var organization: OrganizationID
    package var channel: ChannelID
    package var conversation: ConversationID
    package var turn: TurnID
    /// Oldest first; ends with the customer's messages of this turn.
    package var history: [HistoryLine]
    package var now: Date
    /// Real seconds that may pass before the answer is useless.
    package var timeout: Double
    /// Where the composer takes everything from outside; `nil`: its own.
    package var effects: TurnEffects?

    package init(
        organization: OrganizationID, channel: ChannelID, conversation: ConversationID, turn: TurnID,
        history: [HistoryLine], now: Date, timeout: Double,
        effects: TurnEffects? = nil
    ) {
        self.organization = organization
        self.channel = channel
        self.conversation = conversation
        self.turn = turn
        self.history = history
        self.now = now
        self.timeout = timeout
        self.effects = effects
    }
}

package struct HistoryLine: Sendable, Equatable {
    package enum Author: Sendable, Equatable { case contact, business }
    package var author: Author
    package var text: String
    package var type: MessageType
    package var media: [MediaReference]
    /// A model wrote it. Context, and no source: what it claims was judged by the sources of then.
    package var isAutomatic: Bool

    package init(
        author: Author, text: String, type: MessageType = .text, media: [MediaReference] = [],
        isAutomatic: Bool = false
    ) {
        self.author = author
        self.text = text
        self.type = type
        self.media = media
        self.isAutomatic = isAutomatic
    }
}

package struct ComposedReply: Sendable, Equatable {
    package var text: String
    /// The customer should get a person: asked for one, or the answer is not known.
    package var wantsHuman: Bool
    /// For the decision trail: which persona, model and sources answered.
    package var reason: String
    /// Every model call that was made for it, failed ones included.
    package var runs: [AIRun]
    /// What the grounding gate said of each draft, in order; at most two.
    package var drafts: [JudgedDraft]

    package init(
        text: String, wantsHuman: Bool = false, reason: String, runs: [AIRun] = [], drafts: [JudgedDraft] = []
    ) {
        self.text = text
        self.wantsHuman = wantsHuman
        self.reason = reason
        self.runs = runs
        self.drafts = drafts
    }
}
