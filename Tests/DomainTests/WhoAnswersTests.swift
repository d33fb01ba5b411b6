import Domain
import FoundationEssentials
import Support
import Testing

@Suite struct WhoAnswersTests {
    private static let closed = BusinessHours(isEnabled: true)

    private static func facts(_ change: (inout AnswerFacts) -> Void = { _ in }) throws -> AnswerFacts {
        var facts = AnswerFacts(localTime: try #require(LocalTime("2026-11-21 12:00")))
        facts.awayMessage = "away"
        facts.quotaMessage = "full"
        facts.welcomeMessage = "welcome"
        change(&facts)
        return facts
    }

    private static func decide(_ change: (inout AnswerFacts) -> Void = { _ in }) throws -> AnswerDecision {
        WhoAnswers.decide(try facts(change))
    }

    @Test func anOrdinaryMessageIsAnsweredByThePersona() throws {
        let decision = try Self.decide()
        #expect(decision.answer == .persona(campaign: nil) && decision.welcome == nil)
        #expect(
            decision.gates.map(\.gate) == [
                .received, .blocked, .optOut, .channel, .group, .owner, .quota, .hours, .welcome, .flow,
                .campaign,
                .persona,
            ])
        #expect(decision.gates.last?.outcome == .answered)
    }

    @Test func aNewContactIsWelcomedAndAnswered() throws {
        let decision = try Self.decide { $0.isFirstMessage = true }
        #expect(decision.welcome == "welcome" && decision.answer == .persona(campaign: nil))
        let silent = try Self.decide {
            $0.isFirstMessage = true
            $0.channelAutoReply = false
        }
        #expect(silent.welcome == "welcome" && silent.answer == .inbox)
    }

    @Test func outsideHoursANewContactGetsTheAwayMessageOnly() throws {
        let decision = try Self.decide {
            $0.isFirstMessage = true
            $0.hours = Self.closed
        }
        #expect(decision.answer == .away(message: "away") && decision.welcome == nil)
    }

    @Test func noticesAreSentOnceAndOnlyIfSet() throws {
        #expect(
            try Self.decide {
                $0.hours = Self.closed; $0.awayMessageSent = true
            }.answer == .away(message: nil))
        #expect(
            try Self.decide {
                $0.hours = Self.closed; $0.awayMessage = ""
            }.answer == .away(message: nil))
        let full = Quota(limit: 500, used: 500)
        #expect(try Self.decide { $0.quota = full }.answer == .quotaExhausted(notice: "full"))
        #expect(
            try Self.decide {
                $0.quota = full; $0.quotaNoticeSent = true
            }.answer == .quotaExhausted(notice: nil))
    }

    @Test func aFlowSilencesTheAIAndACampaignGuidesIt() throws {
        #expect(try Self.decide { $0.flow = .running(name: "f") }.answer == .flow(name: "f"))
        #expect(
            try Self.decide {
                $0.flow = .triggered(name: "f"); $0.channelAutoReply = false
            }.answer == .flow(name: "f"))
        #expect(try Self.decide { $0.campaign = "c" }.answer == .persona(campaign: "c"))
        #expect(try Self.decide { $0.organizationAutoReply = false }.answer == .inbox)
    }

    @Test func aStrangersNumberIsAnsweredByThePlatform() throws {
        let released = try Self.decide {
            $0.channel = .released; $0.welcomeMessage = "Hi"; $0.isFirstMessage = true
        }
        #expect(released.answer == .inbox && released.welcome == nil && released.gates.last?.outcome == .stopped)
        let decision = try Self.decide { $0.channel = .platformDefault }
        #expect(decision.answer == .persona(campaign: nil))
        #expect(decision.gates.contains { $0.gate == .channel && $0.reason.contains("default AI") })
    }

    /// The reason carries the values that mattered.
    @Test func reasonsNameTheValues() throws {
        let decision = try Self.decide { $0.quota = Quota(limit: 500, used: 512) }
        #expect(decision.gates.last?.reason.contains("512 of 500") == true)
        let away = try Self.decide { $0.hours = Self.closed }
        #expect(away.gates.last?.reason.contains("Sat 2026-11-21 12:00") == true)
    }

    /// Each stop, alone, in the order of the rule: of any set of stops, the first decides.
    private static let stops: [(change: @Sendable (inout AnswerFacts) -> Void, answer: AnswerDecision.Answer)] = [
        ({ $0.isBlocked = true }, .drop(.blocked)),
        (
            {
                $0.keyword = .stop; $0.keywordAnswer = "bye"
            }, .keyword(.stop, answer: "bye")
        ),
        ({ $0.isOptedOut = true }, .drop(.optedOut)),
        ({ $0.isGroup = true }, .inbox),
        ({ $0.owner = .human }, .humanOwned),
        ({ $0.quota = Quota(limit: 0, used: 0) }, .quotaExhausted(notice: "full")),
        ({ $0.hours = closed }, .away(message: "away")),
        ({ $0.flow = .running(name: "f") }, .flow(name: "f")),
        ({ $0.channelAutoReply = false }, .inbox),
    ]

    @Test func ofEveryCombinationTheFirstStopDecides() throws {
        for bits in 0..<(1 << Self.stops.count) {
            let chosen = Self.stops.indices.filter { bits & (1 << $0) != 0 }
            let decision = try Self.decide { facts in
                for index in chosen { Self.stops[index].change(&facts) }
            }
            let expected = chosen.first.map { Self.stops[$0].answer } ?? .persona(campaign: nil)
            #expect(decision.answer == expected, "stops \(chosen)")
            Self.checkTrail(decision, chosen)
        }
    }

    private static func checkTrail(_ decision: AnswerDecision, _ chosen: [Int]) {
        let gates = decision.gates
        #expect(gates.dropLast().allSatisfy { $0.outcome == .passed || $0.gate == .welcome }, "stops \(chosen)")
        #expect(gates.last?.outcome != .passed, "stops \(chosen)")
        #expect(Set(gates.map(\.gate)).count == gates.count, "stops \(chosen)")
        #expect(gates.allSatisfy { $0.reason.hasSuffix(".") && $0.reason.count > 10 }, "stops \(chosen)")
    }
}
