import Domain
import FoundationEssentials
import Support
import Testing

@Suite struct PlanTests {
    @Test func theThreePlansHaveTheSeedsNumbers() {
        #expect(Plan.allCases.map(\.messageLimit) == [500, 2_000, 10_000])
        #expect(Plan.allCases.map(\.numberLimit) == [1, 1, nil])
    }

    @Test func outboundMessagesCountAndAnOverrideWins() {
        let quota = Quota(plan: .starter, limitOverride: nil, inbound: 9_000, outbound: 499)
        #expect(!quota.isExhausted && quota.remaining == 1)
        #expect(Quota(plan: .starter, limitOverride: nil, inbound: 0, outbound: 500).isExhausted)
        #expect(Quota(plan: .starter, limitOverride: 499, inbound: 0, outbound: 499).isExhausted)
        #expect(Quota(plan: .enterprise, limitOverride: 0, inbound: 0, outbound: 0).isExhausted)
        #expect(Quota(limit: 5, used: 9).remaining == 0)
        #expect(MessageCounting.inboundAndOutbound.used(inbound: 2, outbound: 3) == 5)
    }
}

@Suite struct MessagingWindowTests {
    private let start = Date(timeIntervalSince1970: 1_000_000)

    @Test func theWindowClosesExactlyADayAfterTheCustomersMessage() {
        #expect(MessagingWindow.isOpen(lastInbound: start, now: start.addingTimeInterval(86_399.9)))
        #expect(!MessagingWindow.isOpen(lastInbound: start, now: start.addingTimeInterval(86_400)))
        #expect(!MessagingWindow.isOpen(lastInbound: nil, now: start))
    }

    @Test func onlySomeLinesHaveOne() {
        #expect(MessagingWindow.applies(to: .whatsappTwilio, address: "whatsapp:US.abc"))
        #expect(!MessagingWindow.applies(to: .whatsappTwilio, address: "+14155550199"))
        #expect(!MessagingWindow.applies(to: .whatsappWeb, address: "1@lid"))
        #expect(MessagingWindow.applies(to: .messenger, address: "1"))
    }
}

@Suite struct MessageStatusTests {
    @Test func outboundMessagesNeverMoveBack() {
        let ladder: [MessageStatus] = [.queued, .sending, .unknown, .sent, .delivered, .read]
        for (low, from) in ladder.enumerated() {
            for (high, to) in ladder.enumerated() {
                #expect(from.advances(to: to) == (high > low && from != .read), "\(from) to \(to)")
            }
        }
    }

    @Test func failureIsFinalAndDeliveryIsProof() {
        for status in MessageStatus.allCases {
            #expect(!MessageStatus.failed.advances(to: status) && !MessageStatus.cancelled.advances(to: status))
            #expect(!MessageStatus.received.advances(to: status) && !status.advances(to: .received))
        }
        let failing = MessageStatus.allCases.filter { $0.advances(to: .failed) }
        #expect(failing == [.queued, .sending, .unknown, .sent])
        let cancelling = MessageStatus.allCases.filter { $0.advances(to: .cancelled) }
        #expect(cancelling == [.queued])
    }

    /// Any order, any repeats: the end is the furthest news.
    @Test func everyOrderOfTheSameNewsEndsAlike() {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            var status = MessageStatus.sending
            for next in [MessageStatus.sent, .delivered, .read, .sent, .delivered].shuffled(using: &random)
            where status.advances(to: next) {
                status = next
            }
            #expect(status == .read, "seed \(seed)")
        }
    }

    @Test(arguments: [
        ("accepted", MessageStatus.sent), ("queued", .sent), ("delivered", .delivered), ("read", .read),
        ("undelivered", .failed), ("failed", .failed), ("canceled", .cancelled), ("received", .received),
    ])
    func twiliosWords(_ word: String, _ status: MessageStatus) {
        #expect(MessageStatus(twilio: word) == status)
    }

    @Test func aNewWordIsNoStatus() {
        #expect(MessageStatus(twilio: "teleported") == nil)
    }
}

@Suite struct DebounceTests {
    private let start = Date(timeIntervalSince1970: 0)

    @Test func eachMessagePushesTheTurnBackUpToABound() {
        let debounce = Debounce(quiet: 2)
        func due(_ now: Double) -> Double {
            debounce.due(opened: start, now: start.addingTimeInterval(now)).timeIntervalSince1970
        }
        #expect(due(0) == 2 && due(1.5) == 3.5 && due(8) == 10 && due(9.9) == 10 && due(20) == 10)
        #expect(Debounce(quiet: 30).longestWait == 150 && Debounce(quiet: 0).due(opened: start, now: start) == start)
    }
}

@Suite struct OwnershipTests {
    private let ana = UserID(UUID())
    private let ben = UserID(UUID())

    @Test func takingOverEndsEveryReplyUnderWay() throws {
        let ai = try #require(Ownership().claimed(byFlow: false))
        #expect(ai.allowsReply(composedUnder: ai.epoch))
        let taken = ai.takenOver(by: ana)
        #expect(taken.owner == .human && taken.user == ana && taken.epoch == ai.epoch + 1)
        #expect(!taken.allowsReply(composedUnder: ai.epoch) && !taken.allowsReply(composedUnder: taken.epoch))
        #expect(taken.claimed(byFlow: false) == nil && taken.claimed(byFlow: true) == nil)
        let back = taken.givenBack()
        #expect(back.owner == .none && back.user == nil && !back.allowsReply(composedUnder: ai.epoch))
    }

    @Test func whatChangesNothingKeepsTheEpoch() {
        let taken = Ownership().takenOver(by: ana)
        #expect(taken.takenOver(by: ana) == taken && taken.handedToPeople() == taken)
        #expect(taken.takenOver(by: ben).epoch == taken.epoch + 1)
        #expect(Ownership().givenBack() == Ownership())
        let flow = Ownership().claimed(byFlow: true)
        #expect(flow?.claimed(byFlow: true) == flow && flow?.claimed(byFlow: false)?.epoch == 2)
    }
}
