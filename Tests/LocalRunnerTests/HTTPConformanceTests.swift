import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@testable import LocalRunner

/// What RFC 9110 and RFC 9112 ask of a server, and the shapes by which two readers of one stream are made to disagree
/// ("request smuggling"). One listener, one connection per case.
@Suite(.serialized, .timeLimit(.minutes(3))) struct HTTPConformanceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var request: String
        /// The client sends no more after the request.
        var endsWriting = false
        var statuses: [Int]
        var closes = false
        /// Must stand in what was answered.
        var words: [String] = []
        /// Must not.
        var without: [String] = []

        var testDescription: String { name }
    }

    /// Names the method, the path and the host of each request, and repeats its body.
    @HostLoop
    private static func serve(_ exchange: HTTPExchange) {
        let (path, _) = exchange.head.target
        let host = exchange.head.headers.first(name: "host") ?? "-"
        let words = "<\(exchange.head.method.rawValue) \(path) for \(host): \(String(buffer: exchange.body))>"
        let delay = path == "/slow" ? TimeAmount.milliseconds(300) : .nanoseconds(0)
        HostLoop.loop.scheduleTask(in: delay) {
            HostLoop.assumeIsolated {
                exchange.answer(.ok, [("content-type", "text/plain")], ByteBuffer(string: words))
            }
        }
    }

    static let limits: HTTPLimits = {
        var limits = HTTPLimits(body: 1 << 16)
        limits.answersHalfClosed = true
        return limits
    }()

    @Test(arguments: HTTPCases.all) func aRequestIsAnsweredAsTheStandardHasIt(_ test: Case) async throws {
        let listener = try await HTTPListener.bind(host: "127.0.0.1", port: 0, limits: Self.limits) { Self.serve($0) }
        let client = try await RawClient.send(test.request, port: listener.port)
        if test.endsWriting { await client.endWriting() }
        try? await client.wait("the answers", seconds: 4) {
            $0.statuses.count >= test.statuses.count && (!test.closes || $0.isClosed)
                && test.words.allSatisfy($0.text.contains)
        }
        // Whatever else there is would come at once.
        try await Task.sleep(for: .milliseconds(10))
        let text = await client.text
        #expect(await client.statuses == test.statuses, "\(text.prefix(600))")
        #expect(await client.isClosed == test.closes, "\(text.prefix(600))")
        for words in test.words { #expect(text.contains(words), "\(words) is not in \(text.prefix(600))") }
        for words in test.without { #expect(!text.contains(words), "\(words) is in \(text.prefix(600))") }
        await client.close()
        await listener.close()
    }
}
