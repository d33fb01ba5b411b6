import Support
import Testing

@testable import WhatsAppWire

@Suite struct EndingTests {
    @Test(
        arguments: [
            (515, nil, Ending.Cause.restartRequired, Ending.Next.reconnectNow),
            (401, "device_removed", .unlinked, .relink),
            (516, nil, .unlinked, .relink),
            (nil, "replaced", .replaced, .stop),
            (409, nil, .replaced, .stop),
            (503, nil, .serverBusy, .reconnectLater),
            (429, nil, .rateLimited, .wait(seconds: 900)),
            (nil, nil, .refusedStanza, .reconnectLater),
            (999, nil, .refusedStanza, .reconnectLater),
        ] as [(Int?, String?, Ending.Cause, Ending.Next)])
    func streamErrors(code: Int?, conflict: String?, cause: Ending.Cause, next: Ending.Next) throws {
        let children = conflict.map { [Node("conflict", ["type": .text($0)])] } ?? []
        let ending = try #require(Ending(Node("stream:error", ["code": .number(code)], children: children)))
        #expect(ending.cause == cause && ending.next == next)
        #expect(ending.explanation.hasSuffix("."))
    }

    @Test(
        arguments: [
            (401, Ending.Next.relink), (403, .relink), (406, .relink), (405, .stop), (409, .stop), (400, .stop),
            (415, .stop), (418, .stop), (500, .reconnectLater), (501, .reconnectLater), (503, .reconnectLater),
            (999, .reconnectLater),
        ] as [(Int, Ending.Next)])
    func failures(reason: Int, next: Ending.Next) throws {
        let ending = try #require(Ending(Node("failure", ["reason": .number(reason)])))
        #expect(ending.next == next)
        #expect(!ending.explanation.isEmpty)
    }

    @Test func aTemporaryBanSaysWhyAndHowLong() throws {
        let ban = try #require(Ending(Node("failure", ["reason": "402", "code": "104", "expire": "7200"])))
        #expect(ban.next == .wait(seconds: 7200) && ban.explanation.contains("same message"))
        #expect(Ending(Node("failure", ["reason": "402"]))?.next == .wait(seconds: 3600))
    }

    @Test func theEndOfTheStreamAndEverythingElse() {
        #expect(Ending(Node("xmlstreamend")) == .connectionLost)
        #expect(Ending(Node("message")) == nil)
    }

    @Test func waitingGrowsAndStaysBounded() {
        var random = SeededGenerator(seed: 1)
        var backoff = Backoff()
        let delays = (0..<40).map { _ in backoff.next(using: &random) }
        for (delay, expected) in zip(delays, [1.0, 1, 2, 3, 5, 8, 13, 21]) {
            #expect(delay >= expected * 0.9 && delay <= expected * 1.1)
        }
        #expect(delays.allSatisfy { $0 <= Backoff.maximum })
        #expect(delays.suffix(10).allSatisfy { $0 >= Backoff.maximum * 0.9 })
        #expect(Backoff(after: 0) == Backoff())
        var later = Backoff(after: 5)
        #expect(7.2...8.8 ~= later.next(using: &random))
        #expect(Backoff(after: .max) == Backoff(after: 32) && Backoff(after: -1) == Backoff())
        backoff.reset()
        #expect(backoff.next(using: &random) <= 1.1)
    }
}
