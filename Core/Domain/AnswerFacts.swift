/// Everything that decides who answers a message, gathered before the decision.
package struct AnswerFacts: Sendable, Equatable {
    package enum Channel: Sendable, Equatable {
        /// The address the customer wrote to is one of the organization's.
        case known
        /// It is nobody's; the platform's own organization answers.
        case platformDefault
        /// It was a business's, which gave it back: nobody answers in its name.
        case released
    }

    package enum Flow: Sendable, Equatable {
        case none
        /// A run of the flow waits for this customer's answer.
        case running(name: String)
        /// The text matches the flow's trigger.
        case triggered(name: String)
    }

    package var channel = Channel.known
    package var isBlocked = false
    package var isGroup = false
    package var answersGroups = false
    package var keyword: OptOutKeyword?
    /// What the keyword is answered with; see `OptOut.answer`.
    package var keywordAnswer: String?
    package var isOptedOut = false
    package var owner = Ownership.Owner.none
    package var quota = Quota(limit: Plan.starter.messageLimit, used: 0)
    /// `organizations.quota_message`; empty for none.
    package var quotaMessage = ""
    /// The notice was sent in this conversation and usage period already.
    package var quotaNoticeSent = false
    package var hours = BusinessHours.always
    package var localTime: LocalTime
    /// `organizations.away_message`; empty for none.
    package var awayMessage = ""
    /// The away message was sent in this conversation since the business closed.
    package var awayMessageSent = false
    package var isFirstMessage = false
    /// `organizations.welcome_message`; empty for none.
    package var welcomeMessage = ""
    package var flow = Flow.none
    /// The active campaign of this platform, which guides the persona.
    package var campaign: String?
    package var organizationAutoReply = true
    package var channelAutoReply = true
    /// The channel's persona; `nil` for the organization's default.
    package var persona: String?

    package init(localTime: LocalTime) {
        self.localTime = localTime
    }
}

/// Who answers, what is said beforehand, and the way to that decision.
package struct AnswerDecision: Sendable, Equatable {
    package enum Answer: Sendable, Equatable {
        /// Nothing is sent and nobody is asked to look.
        case drop(DropReason)
        /// STOP, START or HELP; the text is `nil` when the provider has answered.
        case keyword(OptOutKeyword, answer: String?)
        case humanOwned
        /// `nil`: no notice is configured, or it was sent already.
        case quotaExhausted(notice: String?)
        /// `nil`: no message is configured, or it was sent already.
        case away(message: String?)
        case flow(name: String)
        case persona(campaign: String?)
        /// Nobody answers by itself: it waits in the inbox, unassigned.
        case inbox
    }

    package enum DropReason: String, Sendable, CaseIterable {
        case blocked, optedOut
    }

    package var answer: Answer
    /// Sent as the first part of the reply, before the answer to the question; also when nobody else answers.
    package var welcome: String?
    package var gates: [GateResult]
}

/// One row of the decision trail, table `decisions`.
package struct GateResult: Sendable, Equatable {
    package enum Gate: String, Sendable, CaseIterable {
        case received, blocked
        case optOut = "opt_out"
        case channel, group, owner, quota, hours, welcome, flow, campaign, persona, inbox
    }

    package enum Outcome: String, Sendable, CaseIterable {
        /// The next gate was asked.
        case passed
        /// The way ended here without an automatic answer.
        case stopped
        /// This gate gave the answer, or a part of it.
        case answered
    }

    package let gate: Gate
    package let outcome: Outcome
    /// One plain sentence with the values that mattered.
    package let reason: String
}
