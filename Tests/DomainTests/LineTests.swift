import Domain
import FoundationEssentials
import Support
import Testing

private let now = Date(timeIntervalSince1970: 1_795_219_200)

private func linked(_ days: Double) -> Date { now.addingTimeInterval(-days * 86_400) }

@Suite struct PacingTests {
    private let wrote = ContactActivity(lastInboundAt: now)
    private let stranger = ContactActivity(lastInboundAt: nil)
    private let reply = PacedMessage(isFromPerson: false, length: 60, waited: 0)
    private let typed = PacedMessage(isFromPerson: true, length: 60, waited: 0)

    private func decide(
        by pacing: Pacing = Pacing(), line: LineActivity? = nil, _ contact: ContactActivity, _ message: PacedMessage,
        fraction: Double = 0.5
    ) -> Pacing.Decision {
        pacing.decide(
            now: now, line: line ?? LineActivity(linkedAt: linked(60)), contact: contact, message: message,
            fraction: fraction)
    }

    @Test func aReplyWaitsForAsLongAsSomebodyWouldType() {
        #expect(decide(wrote, reply) == .send(after: 2))
        #expect(decide(wrote, reply, fraction: 0) == .send(after: 1.5))
        #expect(decide(wrote, PacedMessage(isFromPerson: false, length: 2, waited: 0)) == .send(after: 0.8))
        #expect(decide(wrote, PacedMessage(isFromPerson: false, length: 4_000, waited: 0)) == .send(after: 8))
        #expect(decide(wrote, PacedMessage(isFromPerson: false, length: 60, waited: 1.5)) == .send(after: 0.5))
        #expect(decide(wrote, PacedMessage(isFromPerson: false, length: 60, waited: 90)) == .send(after: 0))
        #expect(decide(wrote, typed) == .send(after: 0), "a person typed it already")
        #expect(decide(by: Pacing(typing: .none), wrote, reply) == .send(after: 0))
    }

    @Test func nobodyIsWrittenToFirstUnlessTheLineMay() {
        for message in [reply, typed] {
            guard case .refuse(let reason) = decide(stranger, message) else {
                Issue.record("a stranger was written to")
                continue
            }
            #expect(reason.contains("wrote to it first"))
            guard case .send = decide(by: Pacing(isReplyOnly: false), stranger, message) else {
                Issue.record("a line that may begin chats did not")
                continue
            }
        }
    }

    @Test func afterTheFirstMessageAStrangerIsLeftInPeace() {
        let told = ContactActivity(lastInboundAt: nil, sentSinceInbound: 1)
        guard case .refuse(let reason) = decide(by: Pacing(isReplyOnly: false), told, typed) else {
            Issue.record("a stranger was written to twice")
            return
        }
        #expect(reason.contains("waits for their answer"))
    }

    @Test(arguments: [(0, 1), (1, 2), (2, 2), (3, 3), (6, 3), (7, 5), (14, 8), (29, 8), (30, 10), (3_000, 10)])
    func aYoungLineBeginsFewerChats(_ days: Int, _ starts: Int) {
        let open = Pacing(isReplyOnly: false)
        for begun in 0..<starts + 2 {
            let line = LineActivity(linkedAt: linked(Double(days) + 0.01), startedLastDay: begun)
            if case .later(let seconds, let reason) = decide(by: open, line: line, stranger, typed) {
                #expect(begun >= starts && seconds >= 3_600 && reason.contains("\(starts) chats a day"))
            } else {
                #expect(begun < starts, "\(begun) chats at \(days) days")
            }
            #expect((open.objectionToStart(now: now, line: line) != nil) == (begun >= starts))
        }
        #expect(Pacing().objectionToStart(now: now, line: LineActivity(linkedAt: linked(60))) != nil)
    }

    @Test func twoMachinesStopAnsweringEachOther() {
        let limits = ContactLimits()
        let quick = ContactActivity(lastInboundAt: now, sentLastMinute: limits.perMinute)
        guard case .later(let seconds, _) = decide(quick, reply) else {
            Issue.record("the limit of a minute did not hold")
            return
        }
        #expect((15...25).contains(seconds))
        let long = ContactActivity(
            lastInboundAt: now, sentLastMinute: limits.perMinute, sentLastHour: limits.perHour,
            sentLastDay: limits.perDay)
        guard case .later(let wait, let reason) = decide(long, reply) else {
            Issue.record("the limit of a day did not hold")
            return
        }
        #expect(wait >= 1_800 && reason.contains("last day"), "the longest wait is the one that helps")
        #expect(decide(ContactActivity(lastInboundAt: now, sentLastDay: limits.perDay), typed) == .send(after: 0))
        let unanswered = ContactActivity(lastInboundAt: now, sentSinceInbound: limits.unanswered)
        guard case .refuse = decide(unanswered, reply) else {
            Issue.record("a machine talked on alone")
            return
        }
        #expect(decide(unanswered, typed) == .send(after: 0))
    }

    @Test(arguments: [0, 1, 3, 7, 14, 30])
    func theWholeLineHasLimitsThatGrowWithItsAge(_ days: Int) {
        let limits = LineLimits.after(days: days)
        let ages = [0, 1, 3, 7, 14, 30].filter { $0 < days }.map { LineLimits.after(days: $0) }
        for younger in ages {
            #expect(younger.perMinute <= limits.perMinute && younger.perHour < limits.perHour)
            #expect(younger.perDay < limits.perDay && younger.startsPerDay < limits.startsPerDay)
        }
        let linkedAt = linked(Double(days) + 0.5)
        for (line, isFull) in [
            (LineActivity(linkedAt: linkedAt, sentLastMinute: limits.perMinute), true),
            (LineActivity(linkedAt: linkedAt, sentLastHour: limits.perHour), true),
            (LineActivity(linkedAt: linkedAt, sentLastDay: limits.perDay), true),
            (
                LineActivity(
                    linkedAt: linkedAt, sentLastMinute: limits.perMinute - 1, sentLastHour: limits.perHour - 1,
                    sentLastDay: limits.perDay - 1), false
            ),
        ] {
            if case .later = decide(line: line, wrote, reply) {
                #expect(isFull)
            } else {
                #expect(!isFull)
            }
        }
    }

    /// More of anything never makes a line freer, and no wait is negative or absurd.
    @Test func moreActivityNeverAllowsMore() {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func upTo(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &random) }
            let pacing = Pacing(isReplyOnly: Bool.random(using: &random))
            var line = LineActivity(
                linkedAt: Bool.random(using: &random) ? linked(Double(upTo(60))) : nil, sentLastMinute: upTo(30),
                sentLastHour: upTo(700), sentLastDay: upTo(6_000), startedLastDay: upTo(12))
            var contact = ContactActivity(
                lastInboundAt: Bool.random(using: &random) ? now : nil, sentSinceInbound: upTo(14),
                sentLastMinute: upTo(10), sentLastHour: upTo(70), sentLastDay: upTo(220))
            let message = PacedMessage(
                isFromPerson: Bool.random(using: &random), length: upTo(5_000), waited: Double(upTo(10)))
            let fraction = Double.random(in: 0..<1, using: &random)
            let before = pacing.decide(now: now, line: line, contact: contact, message: message, fraction: fraction)
            line.sentLastDay += 100
            line.startedLastDay += 1
            contact.sentSinceInbound += 1
            let after = pacing.decide(now: now, line: line, contact: contact, message: message, fraction: fraction)
            #expect(strictness(before) <= strictness(after), "seed \(seed)")
            switch after {
            case .send(let seconds): #expect((0...10).contains(seconds), "seed \(seed)")
            case .later(let seconds, let reason):
                #expect((15...5_400).contains(seconds) && !reason.isEmpty, "seed \(seed)")
            case .refuse(let reason): #expect(reason.hasSuffix("."), "seed \(seed)")
            }
        }
    }

    private func strictness(_ decision: Pacing.Decision) -> Int {
        switch decision {
        case .send: 0
        case .later: 1
        case .refuse: 2
        }
    }
}

@Suite struct LineHealthTests {
    private let calm = LineSignals(linkedAt: linked(90), sent: 300, contacts: 80, contactsWhoWrote: 78, sentLastDay: 40)

    @Test func aCalmOldLineIsHealthyAndSaysNothing() {
        let health = LineHealth(calm, at: now)
        #expect(health.score == 100 && health.reasons.isEmpty && health.grade == .good)
    }

    @Test func everySignalCostsAndSaysWhy() {
        func health(_ change: (inout LineSignals) -> Void) -> LineHealth {
            var signals = calm
            change(&signals)
            return LineHealth(signals, at: now)
        }
        let cases: [(LineHealth, Int, String)] = [
            (health { $0.linkedAt = linked(0.5) }, 15, "linked today"),
            (health { $0.linkedAt = linked(3) }, 10, "3 days ago"),
            (health { $0.linkedAt = nil }, 20, "not linked"),
            (health { $0.started = 40 }, 30, "40 of 80 people"),
            (health { $0.started = 20 }, 15, "20 of 80 people"),
            (health { $0.contactsWhoWrote = 0 }, 20, "0 of 80 people wrote back"),
            (health { ($0.sent, $0.failed) = (90, 10) }, 20, "10 of 100 messages"),
            (health { $0.blocks = 2 }, 10, "reached: 2"), (health { $0.blocks = 50 }, 25, "reached: 50"),
            (health { $0.sentLastDay = 5_000 }, 15, "below 5000"), (health { $0.drops = 9 }, 3, "seven days: 9"),
            (health { $0.suspensions = 1 }, 40, "thirty days: 1"),
        ]
        for (health, cost, words) in cases {
            #expect(health.score == 100 - cost, "\(words): \(health)")
            #expect(health.reasons.map(\.cost) == [cost], "\(words): \(health)")
            #expect(health.reasons.first?.sentence.contains(words) == true, "\(health)")
        }
    }

    @Test func aReplyOrTwoMissingSaysNothing() {
        let few = LineSignals(linkedAt: linked(90), sent: 4, contacts: 4, contactsWhoWrote: 0)
        #expect(LineHealth(few, at: now).score == 100)
    }

    @Test func theScoreStaysWithinItsBoundsAndWorseIsNeverBetter() {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            func upTo(_ limit: Int) -> Int { Int.random(in: 0...limit, using: &random) }
            let contacts = upTo(100)
            var signals = LineSignals(
                linkedAt: Bool.random(using: &random) ? linked(Double(upTo(60))) : nil, sent: upTo(5_000),
                failed: upTo(500), contacts: contacts, contactsWhoWrote: upTo(contacts), started: upTo(contacts),
                blocks: upTo(10), drops: upTo(50), suspensions: upTo(2), sentLastDay: upTo(6_000))
            let health = LineHealth(signals, at: now)
            #expect((0...100).contains(health.score) && health.reasons.allSatisfy { (1...40).contains($0.cost) })
            #expect(health.reasons.map(\.cost) == health.reasons.map(\.cost).sorted(by: >), "seed \(seed)")
            signals.failed += 10
            signals.blocks += 1
            signals.drops += 3
            #expect(LineHealth(signals, at: now).score <= health.score, "seed \(seed)")
        }
    }

    @Test func thresholdsOfTheGrades() {
        var signals = calm
        signals.started = 40
        #expect(LineHealth(signals, at: now).grade == .fair)
        signals.suspensions = 1
        #expect(LineHealth(signals, at: now).grade == .poor)
    }
}

@Suite struct LineStatusTests {
    @Test func theWordsAreThoseOfTheSchema() {
        #expect(
            Set(LineStatus.allCases.map(\.rawValue)) == [
                "starting", "qr_pending", "connected", "disconnected", "auth_failed", "error", "passkey_required",
                "passkey_confirm", "reconnecting", "stopped", "banned",
            ])
    }

    @Test func everyTroubleHasAReasonAndANextStep() {
        for trouble in LineTrouble.allCases {
            #expect(trouble.sentence.hasSuffix(".") && trouble.nextStep.hasSuffix("."))
            #expect(trouble.status != .connected)
            // Where the owner must act, the advice says what to do.
            #expect(!trouble.status.needsOwner || !trouble.nextStep.hasPrefix("Nothing to do:"), "\(trouble)")
        }
        #expect(Set(LineTrouble.allCases.map(\.sentence)).count == LineTrouble.allCases.count)
    }
}
