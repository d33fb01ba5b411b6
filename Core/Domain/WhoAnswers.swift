/// The one ordered rule of who answers a message: each gate lets the message pass, or ends the way.
/// Total and pure: the same facts always give the same decision and the same trail.
package enum WhoAnswers {
    package static func decide(_ facts: AnswerFacts) -> AnswerDecision {
        var trail = Trail()
        let answer =
            dropped(facts, &trail) ?? keyword(facts, &trail) ?? unreachable(facts, &trail) ?? limited(facts, &trail)
        if let answer { return trail.decision(answer) }
        let welcome = welcome(facts, &trail)
        let last = automatic(facts, &trail)
        return trail.decision(last, welcome: welcome)
    }

    // MARK: Rule 1: blocked; opt-out words. What was sent by ourselves or received before never comes this far.

    private static func dropped(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer? {
        trail.pass(.received, "A customer sent it.")
        guard !facts.isBlocked else { return trail.drop(.blocked, .blocked, "The contact is blocked.") }
        trail.pass(.blocked, "The contact is not blocked.")
        return nil
    }

    private static func keyword(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer? {
        if let keyword = facts.keyword {
            let how = facts.keywordAnswer == nil ? "the provider answers it" : "it gets the standard answer"
            return trail.answer(
                .optOut, .keyword(keyword, answer: facts.keywordAnswer), "It is the word \(keyword.rawValue); \(how).")
        }
        guard !facts.isOptedOut else {
            return trail.drop(.optOut, .optedOut, "The contact said STOP and has not said START since.")
        }
        trail.pass(.optOut, "The contact has not opted out.")
        return nil
    }

    // MARK: Rules 2 and 3: whose channel, which conversation

    private static func unreachable(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer? {
        switch facts.channel {
        case .known: trail.pass(.channel, "The channel belongs to the organization.")
        case .platformDefault: trail.pass(.channel, "The channel belongs to nobody; the platform's default AI answers.")
        case .released:
            return trail.stop(
                .channel, .inbox, "The number belonged to a business that gave it back; nobody answers in its name.")
        }
        guard !facts.isGroup || facts.answersGroups else {
            return trail.stop(.group, .inbox, "It was written in a group, and this channel does not answer groups.")
        }
        trail.pass(.group, facts.isGroup ? "This channel answers groups." : "It was not written in a group.")
        guard facts.owner != .human else {
            return trail.stop(.owner, .humanOwned, "A person owns the conversation; machines stay silent.")
        }
        trail.pass(.owner, "No person owns the conversation.")
        return nil
    }

    // MARK: Rules 4 and 5: quota and hours

    private static func limited(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer? {
        let usage = "\(facts.quota.used) of \(facts.quota.limit) messages of this month are used"
        guard !facts.quota.isExhausted else {
            let notice = notice(facts.quotaMessage, wasSent: facts.quotaNoticeSent)
            return trail.limit(.quota, .quotaExhausted(notice: notice), "The quota is exhausted: \(usage).", notice)
        }
        trail.pass(.quota, "\(usage).")
        let hours = facts.hours.explanation(at: facts.localTime)
        guard facts.hours.isOpen(at: facts.localTime) else {
            let message = notice(facts.awayMessage, wasSent: facts.awayMessageSent)
            return trail.limit(.hours, .away(message: message), hours, message)
        }
        trail.pass(.hours, hours)
        return nil
    }

    private static func notice(_ text: String, wasSent: Bool) -> String? {
        text.isBlank || wasSent ? nil : text
    }

    // MARK: Rule 6: welcome, and then on

    private static func welcome(_ facts: AnswerFacts, _ trail: inout Trail) -> String? {
        guard facts.isFirstMessage else {
            trail.pass(.welcome, "The contact wrote before.")
            return nil
        }
        guard !facts.welcomeMessage.isBlank else {
            trail.pass(.welcome, "It is the contact's first message, but no welcome message is set.")
            return nil
        }
        trail.note(.welcome, .answered, "It is the contact's first message: the welcome message goes first.")
        return facts.welcomeMessage
    }

    // MARK: Rules 7 to 10: flow, campaign, persona, inbox

    private static func automatic(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer {
        switch facts.flow {
        case .running(let name):
            return trail.answer(.flow, .flow(name: name), "The flow \u{201C}\(name)\u{201D} is running.")
        case .triggered(let name):
            return trail.answer(.flow, .flow(name: name), "The text triggers the flow \u{201C}\(name)\u{201D}.")
        case .none:
            trail.pass(.flow, "No flow is running and none is triggered.")
        }
        let campaign = facts.campaign.map { "The campaign \u{201C}\($0)\u{201D} guides the answer." }
        trail.pass(.campaign, campaign ?? "No campaign is active here.")
        return persona(facts, &trail)
    }

    private static func persona(_ facts: AnswerFacts, _ trail: inout Trail) -> AnswerDecision.Answer {
        guard facts.organizationAutoReply, facts.channelAutoReply else {
            let whose = facts.organizationAutoReply ? "channel" : "organization"
            trail.pass(.persona, "Automatic replies of the \(whose) are off.")
            return trail.stop(.inbox, .inbox, "It waits in the inbox, unassigned.")
        }
        let who = facts.persona.map { "The persona \u{201C}\($0)\u{201D}" } ?? "The default persona"
        return trail.answer(.persona, .persona(campaign: facts.campaign), "\(who) answers.")
    }
}

/// Collects the gates on the way.
private struct Trail {
    private(set) var gates: [GateResult] = []

    mutating func note(_ gate: GateResult.Gate, _ outcome: GateResult.Outcome, _ reason: String) {
        gates.append(GateResult(gate: gate, outcome: outcome, reason: reason))
    }

    mutating func pass(_ gate: GateResult.Gate, _ reason: String) {
        note(gate, .passed, reason)
    }

    mutating func stop(
        _ gate: GateResult.Gate, _ answer: AnswerDecision.Answer, _ reason: String
    ) -> AnswerDecision.Answer {
        note(gate, .stopped, reason)
        return answer
    }

    mutating func drop(
        _ gate: GateResult.Gate, _ drop: AnswerDecision.DropReason, _ reason: String
    ) -> AnswerDecision.Answer {
        stop(gate, .drop(drop), reason)
    }

    mutating func answer(
        _ gate: GateResult.Gate, _ answer: AnswerDecision.Answer, _ reason: String
    ) -> AnswerDecision.Answer {
        note(gate, .answered, reason)
        return answer
    }

    /// A gate that ends the way with a notice, or silently when there is none to send.
    mutating func limit(
        _ gate: GateResult.Gate, _ answer: AnswerDecision.Answer, _ reason: String, _ notice: String?
    ) -> AnswerDecision.Answer {
        note(gate, notice == nil ? .stopped : .answered, reason)
        return answer
    }

    func decision(_ answer: AnswerDecision.Answer, welcome: String? = nil) -> AnswerDecision {
        AnswerDecision(answer: answer, welcome: welcome, gates: gates)
    }
}

extension String {
    /// Nothing to say: a message of white space alone is refused by providers, or reaches the customer empty.
    fileprivate var isBlank: Bool { allSatisfy(\.isWhitespace) }
}
