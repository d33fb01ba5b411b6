import Dispatch
import Outbound
import Testing

/// The live client against a real socket.
@Suite(.timeLimit(.minutes(2))) struct LiveClientTests {
    private func code(
        _ client: HTTPClient, _ request: OutboundRequest
    ) async -> (code: OutboundError.Code, mayHaveArrived: Bool)? {
        do throws(OutboundError) {
            _ = try await client.send(request)
            return nil
        } catch {
            return (error.code, error.mayHaveArrived)
        }
    }

    @Test func aRequestArrivesAsGivenAndItsAnswerIsRead() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write(
                "HTTP/1.1 201 Created\r\nX-Thing:  a b \r\nX-Thing: c\r\nx-folded: one\r\n two\r\nContent-Length: 5\r\n\r\nhello"
            )
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let answer = try await client.send(
            OutboundRequest(
                method: "POST", url: server.url + "/a%20b?c=d", headers: [("X-Key", "k"), ("X-Empty", "")],
                body: Array("{\"é\":1}".utf8)))
        #expect(answer.status == 201)
        #expect(String(decoding: answer.body, as: UTF8.self) == "hello")
        #expect(answer.headers.filter { $0.name == "x-thing" }.map(\.value) == ["a b", "c"])
        #expect(answer.header("X-Folded") == "one two")
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /a%20b?c=d HTTP/1.1\r\n"))
        #expect(request.contains("\r\nX-Key: k\r\n") && request.contains("\r\nX-Empty:\r\n"))
        #expect(request.contains("\r\nContent-Length: 8\r\n") && request.hasSuffix("\r\n\r\n{\"é\":1}"))
        #expect(!request.contains("Expect") && !request.contains("urlencoded"))
    }

    @Test(arguments: ["GET", "PUT", "DELETE", "PATCH", "HEAD", "POST"])
    func everyMethodIsSentByItsName(_ method: String) async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write("HTTP/1.1 204 No Content\r\n\r\n")
        }
        defer { server.stop() }
        let body = method == "PUT" || method == "PATCH" ? Array("x=1".utf8) : []
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let answer = try await client.send(OutboundRequest(method: method, url: server.url, body: body))
        #expect(answer.status == 204)
        #expect(server.requests.first?.hasPrefix("\(method) / HTTP/1.1\r\n") == true)
        #expect(server.requests.first?.hasSuffix(body.isEmpty ? "\r\n\r\n" : "\r\n\r\nx=1") == true)
    }

    @Test func aHangingServerTimesOutAndTheRequestMayHaveArrived() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.waitForClose()
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let failure = await code(client, OutboundRequest(method: "POST", url: server.url, body: [1], timeout: 0.3))
        #expect(failure?.code == .timedOut)
        #expect(failure?.mayHaveArrived == true)
    }

    @Test func aBodyThatComesTooSlowlyTimesOut() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
            peer.waitForClose()
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        #expect(await code(client, OutboundRequest(method: "GET", url: server.url, timeout: 0.3))?.code == .timedOut)
    }

    @Test func aRefusedConnectionSentNothing() async throws {
        let server = try LocalServer { _ in }
        server.stop()
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let failure = await code(client, OutboundRequest(method: "POST", url: server.url, body: [1], timeout: 2))
        #expect(failure?.code == .unreachable)
        #expect(failure?.mayHaveArrived == false)
    }

    @Test func anUnknownNameSentNothing() async throws {
        let failure = await code(.live(), OutboundRequest(method: "GET", url: "http://name.invalid/", timeout: 4))
        #expect(failure?.code == .unreachable)
    }

    @Test(arguments: [10, 11])
    func anAnswerOverTheLimitIsAnError(_ size: Int) async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: size))
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let failure = await code(client, OutboundRequest(method: "GET", url: server.url, maximumResponse: 10))
        #expect(failure?.code == (size > 10 ? .tooLarge : nil))
    }

    @Test func anEndlessHeadIsAnError() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write("HTTP/1.1 200 OK\r\n")
            for number in 0..<4000 { peer.write("X-\(number): \(String(repeating: "y", count: 50))\r\n") }
            peer.write("\r\n")
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let failure = await code(client, OutboundRequest(method: "GET", url: server.url))
        #expect(failure?.code == .tooLarge)
    }

    @Test func chunksAreJoinedAndTrailersDoNotHurt() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write(
                "HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for byte in "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n".utf8 { peer.write([byte]) }
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let answer = try await client.send(OutboundRequest(method: "GET", url: server.url))
        #expect(answer.body == Array("abcde".utf8))
        #expect(answer.header("x-early") == nil)
    }

    @Test(arguments: [
        "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", "HTTP/9.9 what\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
    ])
    func garbageIsAnErrorThatMayHaveArrived(_ bytes: String) async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write(bytes)
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let failure = await code(client, OutboundRequest(method: "POST", url: server.url, body: [1], timeout: 3))
        #expect(failure?.code == .broken)
        #expect(failure?.mayHaveArrived == true)
    }

    @Test func aConnectionIsUsedAgain() async throws {
        let server = try LocalServer { peer in
            while peer.read() != nil { peer.answer("ok") }
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        for _ in 0..<5 { _ = try await client.send(OutboundRequest(method: "POST", url: server.url, body: [65])) }
        #expect(server.connections == 1)
        #expect(server.requests.count == 5)
    }

    /// A server may act on a request and close without answering. Sending it again would be a second message to a customer.
    @Test(arguments: [[], [UInt8](repeating: 65, count: 10), [UInt8](repeating: 65, count: 300_000)])
    func aPostIsNeverRepeatedWhenAKeptConnectionCloses(_ body: [UInt8]) async throws {
        let server = try LocalServer { peer in
            guard let first = peer.read() else { return }
            guard first.hasPrefix("GET") else { return }
            peer.answer("ok")
            peer.read()
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        _ = try await client.send(OutboundRequest(method: "GET", url: server.url))
        let failure = await code(client, OutboundRequest(method: "POST", url: server.url, body: body))
        #expect(failure?.code == .broken)
        #expect(failure?.mayHaveArrived == true)
        #expect(server.requests.filter { $0.hasPrefix("POST") }.count == 1)
    }

    /// Each answer waits for the other request: one after the other they would both time out.
    @Test func requestsRunInParallel() async throws {
        let (first, second) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let server = try LocalServer { peer in
            let isFirst = peer.read()?.hasPrefix("GET /1 ") == true
            (isFirst ? first : second).signal()
            _ = (isFirst ? second : first).wait(timeout: .now() + 20)
            peer.answer("ok")
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address], connections: 2)
        async let one = client.send(OutboundRequest(method: "GET", url: server.url + "/1", timeout: 30))
        async let two = client.send(OutboundRequest(method: "GET", url: server.url + "/2", timeout: 30))
        #expect(try await one.status == 200)
        #expect(try await two.status == 200)
    }

    private func whileTheOnlyPlaceIsTaken(_ body: (HTTPClient, LocalServer) async throws -> Void) async throws {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try LocalServer { peer in
            peer.read()
            signal.yield()
            peer.waitForClose()
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address], connections: 1)
        let holding = Task {
            await self.code(client, OutboundRequest(method: "GET", url: server.url, timeout: 60))?.code
        }
        for await _ in arrived { break }
        try await body(client, server)
        holding.cancel()
        _ = await holding.value
    }

    @Test func waitingForAPlaceIsPartOfTheTimeout() async throws {
        try await whileTheOnlyPlaceIsTaken { client, server in
            let failure = await code(client, OutboundRequest(method: "POST", url: server.url, body: [1], timeout: 0.2))
            #expect(failure?.code == .unreachable && failure?.mayHaveArrived == false)
            #expect(server.requests.count == 1)
        }
    }

    /// A process that ends has no time for others' slow requests.
    @Test func whoIsToldToStopWaitsForNoPlace() async throws {
        try await whileTheOnlyPlaceIsTaken { client, server in
            for pause in [Duration.zero, .milliseconds(100)] {
                let began = ContinuousClock.now
                let waiting = Task {
                    await self.code(client, OutboundRequest(method: "GET", url: server.url, timeout: 30))?.code
                }
                try await Task.sleep(for: pause)
                waiting.cancel()
                #expect(await waiting.value == .unreachable)
                #expect(.now - began < .seconds(10))
            }
        }
    }

    @Test func cancellingEndsTheTransfer() async throws {
        let (arrived, signal) = AsyncStream.makeStream(of: Void.self)
        let server = try LocalServer { peer in
            peer.read()
            signal.yield()
            peer.waitForClose()
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        // Longer than the suite may take: only the cancellation can end it.
        let task = Task { await self.code(client, OutboundRequest(method: "GET", url: server.url, timeout: 600))?.code }
        for await _ in arrived { break }
        task.cancel()
        #expect(await task.value == .timedOut)
    }

    @Test(arguments: [
        "ftp://example.com/", "file:///etc/passwd", "", "example.com", "http://", "http://u:p@example.com/",
        "http://example.com/\r\nX: y", "gopher://127.0.0.1:70/", "http://a b/",
    ])
    func onlyCleanWebAddressesAreTried(_ url: String) async {
        let failure = await code(.live(), OutboundRequest(method: "GET", url: url, timeout: 1))
        #expect(failure?.code == .badURL)
    }

    @Test(arguments: [("X-A", "b\r\nX-C: d"), ("X-A\r\nX", "b"), ("", "b"), ("X A", "b"), ("X:A", "b"), ("X-A", "b\0")])
    func aHeaderCannotSmuggleAnother(_ name: String, _ value: String) async {
        let request = OutboundRequest(method: "GET", url: "http://example.invalid/", headers: [(name, value)])
        #expect(await code(.live(), request)?.code == .badURL)
    }
}
