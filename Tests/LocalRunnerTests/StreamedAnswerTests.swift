import HTTPServer
import NIOCore
import NIOHTTP1
import Support
import Testing

@testable import LocalRunner

/// Answers whose end is not known at their beginning, and those that another process gives.
@Suite(.serialized, .timeLimit(.minutes(2))) struct StreamedAnswerTests {
    /// What a forwarded request arrived with.
    @HostLoop
    private final class Seen {
        var headers = HTTPHeaders()
        nonisolated init() {}
    }

    @HostLoop
    private static func stream(_ exchange: HTTPExchange) {
        let (path, _) = exchange.head.target
        guard path == "/stream" || path == "/known" else { return exchange.answer(.ok, [], ByteBuffer(string: "next")) }
        exchange.begin(.ok, path == "/known" ? ["content-length": "4"] : ["content-type": "text/event-stream"])
        exchange.send(ByteBuffer(string: "data"))
        exchange.end()
    }

    /// RFC 9112, 6.3: nothing follows the head that answers a HEAD, or the client takes it for the next answer.
    @Test @HostLoop func nothingFollowsTheHeadOfAStream() async throws {
        let listener = try await HTTPListener.bind(host: "127.0.0.1", port: 0) { Self.stream($0) }
        let next = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
        let client = try await RawClient.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n" + next, port: listener.port)
        try await client.wait("the end", seconds: 5) { $0.isClosed }
        #expect(client.text.hasSuffix("\r\n\r\n") && !client.text.contains("0\r\n\r\n"), "\(client.text)")
        #expect(client.statuses == [200] && client.text.contains("connection: close"), "\(client.text)")
        let known = try await RawClient.send("HEAD /known HTTP/1.1\r\nHost: a\r\n\r\n" + next, port: listener.port)
        try await known.wait("both answers", seconds: 5) { $0.text.hasSuffix("next") }
        #expect(known.text.contains("content-length: 4\r\n\r\nHTTP/1.1 200 OK"), "\(known.text)")
        let whole = try await RawClient.send("GET /stream HTTP/1.1\r\nHost: a\r\n\r\n" + next, port: listener.port)
        try await whole.wait("both answers", seconds: 5) { $0.text.hasSuffix("next") }
        #expect(whole.text.contains("4\r\ndata\r\n0\r\n\r\nHTTP/1.1 200 OK"), "\(whole.text)")
        for client in [known, whole] { client.close() }
        listener.close()
    }

    @Test @HostLoop func aStreamSaysThatItsConnectionEndsWithIt() async throws {
        let listener = try await HTTPListener.bind(host: "127.0.0.1", port: 0) { Self.stream($0) }
        let client = try await RawClient.send(
            "GET /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", port: listener.port)
        try await client.wait("the end", seconds: 5) { $0.isClosed }
        #expect(client.text.contains("connection: close"), "\(client.text)")
        listener.close()
    }

    // MARK: Forwarded

    private func withForward(
        patience: TimeAmount = .seconds(30), to serve: @escaping HTTPListener.Serve,
        _ body: (TestHost) async throws -> Void
    ) async throws {
        let upstream = try await HTTPListener.bind(host: "127.0.0.1", port: 0, serve: serve)
        var settings = FrontServer.Settings.trustingNobody
        settings.integrationTimeout = patience
        settings.forwards = [Forward(prefix: "/up/", host: "127.0.0.1", port: await upstream.port)]
        try await TestHost.with(.probe(), front: settings, body)
        await upstream.close()
    }

    /// A client that has gone with its own direction ended is not noticed before it is answered.
    @Test func anAnswerThatNeverBeginsIsNotWaitedForLong() async throws {
        try await withForward(patience: .seconds(1), to: { _ in }) { host in
            let client = try await RawClient.send("GET /up/x HTTP/1.1\r\nHost: a\r\n\r\n", port: host.front.port)
            await client.endWriting()
            try await client.wait("the refusal", seconds: 5) { $0.isClosed }
            #expect(await client.statuses == [503])
        }
    }

    /// RFC 9110, 7.6.1.
    @Test func fieldsOfOneConnectionStayOnIt() async throws {
        let seen = Seen()
        try await withForward(to: { exchange in
            seen.headers = exchange.head.headers
            exchange.answer(.ok, [("connection", "x-inner"), ("x-inner", "1"), ("x-kept", "1")])
        }) { host in
            let answer = try await host.request(
                .GET, "/up/x",
                headers: [("Connection", "X-Outer, Authorization"), ("X-Outer", "1"), ("Authorization", "a")])
            #expect(answer.headers.contains(name: "x-kept") && !answer.headers.contains(name: "x-inner"))
            let headers = await seen.headers
            #expect(!headers.contains(name: "x-outer"))
            #expect(
                headers.contains(name: "authorization"), "nobody makes a request another by naming what it is about")
        }
    }

    /// Whoever serves a path behind the front reads it as the front does.
    @Test func aPrefixIsReadAsRoutesAre() {
        let forward = Forward(prefix: "/sandbox/", host: "", port: 0)
        for path in ["/sandbox", "/sandbox/", "/sandbox/x", "//sandbox//x"] {
            #expect(forward.matches(path[...]), "\(path)")
        }
        for path in ["/", "/sandboxes", "/x/sandbox/", "/Sandbox"] { #expect(!forward.matches(path[...]), "\(path)") }
    }
}
