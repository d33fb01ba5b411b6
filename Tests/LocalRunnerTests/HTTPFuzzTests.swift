import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Support
import Testing

@testable import LocalRunner

/// Requests near those of the conformance table, over real sockets: whatever comes, each connection ends, the listener lives, a
/// refusal is the last answer, and only what was asked for is served. `FUZZ_SEED` repeats a run; `PARLEY_LONG=1` takes `FUZZ_SECONDS` (600).
@Suite(.serialized) struct HTTPFuzzTests {
    private static let variables = ProcessInfo.processInfo.environment
    private static let seconds =
        variables["PARLEY_LONG"] == "1" ? variables["FUZZ_SECONDS"].flatMap { Double($0) } ?? 600 : 3
    private static let seed = variables["FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0..<1 << 40)

    @Test func whateverIsSentTheListenerLives() async throws {
        let listener = try await HTTPListener.bind(
            host: "127.0.0.1", port: 0, limits: HTTPConformanceTests.limits
        ) { exchange in exchange.answer(.ok, [], ByteBuffer(string: exchange.head.uri)) }
        print("fuzz of HTTP with seed \(Self.seed)")
        var dice = SeededGenerator(seed: Self.seed)
        let deadline = ContinuousClock.now + .seconds(Self.seconds)
        var count = 0
        while ContinuousClock.now < deadline {
            let requests = (0..<24).map { _ in Self.request(&dice) }
            count += requests.count
            await withTaskGroup(of: Void.self) { group in
                for request in requests {
                    group.addTask { await Self.try(request, at: await listener.port) }
                }
            }
        }
        let client = try await RawClient.send("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n", port: listener.port)
        try await client.wait("an answer", seconds: 10) { $0.statuses == [200] }
        await client.close()
        #expect(count > 100)
        await listener.close()
    }

    private static func `try`(_ request: [UInt8], at port: Int) async {
        guard let client = try? await RawClient.send(request, port: port) else { return }
        await client.endWriting()
        do {
            try await client.wait("the end", seconds: 20) { $0.isClosed }
        } catch {
            Issue.record("no end for \(String(decoding: request.prefix(2_000), as: UTF8.self).debugDescription)")
        }
        if let problem = problem(await client.text, for: request) {
            Issue.record("\(problem): \(String(decoding: request.prefix(2_000), as: UTF8.self).debugDescription)")
        }
        await client.close()
    }

    /// The judge of the answers sees what it must.
    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\na: b\r\n\r\n/1", true), ("HTTP/1.1 400 Bad\r\n\r\n{}", true),
        ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n/1HTTP/1.0 413 Large\r\n\r\n{}", true),
        ("HTTP/1.1 200 OK\r\n\r\n/2", false), ("HTTP/1.1 400 Bad\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n/1", false),
    ])
    func aWrongAnswerIsSeen(_ answers: String, _ isRight: Bool) {
        #expect((Self.problem(answers, for: Array("GET /1 HTTP/1.1\r\n\r\n".utf8)) == nil) == isRight)
    }

    /// Every request that is served is answered with 200 and its target; 100 is no answer.
    private static func problem(_ answers: String, for request: [UInt8]) -> String? {
        let asked = String(decoding: request, as: UTF8.self)
        var isRefused = false
        for answer in answers.split(separator: /(?=HTTP\/1\.[01] [0-9]{3} )/) where !answer.isEmpty {
            let status = answer.dropFirst(9).prefix(3)
            if status == "100" { continue }
            if isRefused { return "an answer behind a refusal" }
            isRefused = status != "200"
            let target = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
            if !isRefused, !asked.utf8.contains(target.utf8) { return "served, and not asked for: \(target)" }
        }
        return nil
    }

    private static let pieces = [
        "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", "\0", "Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n",
        "0\r\n\r\n", "5\r\n", ";", "HTTP/1.1", "HTTP/1.0", "Host: a\r\n", "Connection: close\r\n",
        "Expect: 100-continue\r\n",
        "Upgrade: x\r\n", "GET ", "POST ", "CONNECT ", "*", "http://b", "\u{e9}", "chunked", "-1",
        "99999999999999999999",
    ]

    private static func request(_ dice: inout SeededGenerator) -> [UInt8] {
        var bytes = Array((HTTPCases.all.randomElement(using: &dice)?.request ?? "").utf8.prefix(20_000))
        for _ in 0..<Int.random(in: 0...5, using: &dice) {
            let place = Int.random(in: 0...min(bytes.count, 400), using: &dice)
            switch Int.random(in: 0..<5, using: &dice) {
            case 0: bytes.insert(contentsOf: Array((pieces.randomElement(using: &dice) ?? "").utf8), at: place)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0..<6, using: &dice)))
            case 2: bytes = Array(bytes.prefix(place))
            case 3: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &dice) }
            default: bytes += Array((HTTPCases.all.randomElement(using: &dice)?.request ?? "").utf8.prefix(300))
            }
        }
        return bytes
    }
}
