import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Testing
import Web

@testable import LocalRunner

/// HTTP in, over real processes.
@Suite(.serialized) struct FrontTests {
    @Test func aRequestArrivesAsItWasSent() async throws {
        try await TestHost.with(.probe()) { host in
            let answer = try await host.request(
                .PUT, "/probe/echo?x=1&x=2&q=a%20b",
                headers: [
                    ("Cookie", "sid=abc; theme=dark"), ("X-Many", "1"), ("x-many", "2"),
                    ("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", "198.51.100.1"),
                ], body: ByteBuffer(bytes: [0, 0xff, 0x61]))
            #expect(answer.status == 200)
            let seen = try answer.json()
            #expect(seen["method"] as? String == "PUT")
            #expect(seen["path"] as? String == "/probe/echo")
            #expect(seen["rawQuery"] as? String == "x=1&x=2&q=a%20b")
            #expect(seen["cookies"] as? [String: String] == ["sid": "abc", "theme": "dark"])
            #expect(seen["bodyHex"] as? String == "00ff61")
            #expect(seen["sourceIP"] as? String == "127.0.0.1")
            let headers = try #require(seen["headers"] as? [String: String])
            #expect(headers["x-many"] == "1,2")
            #expect(headers["cookie"] == nil)
            #expect(headers["x-forwarded-for"] == "127.0.0.1", "nobody is trusted to name another")
        }
    }

    @Test func aTrustedProxyNamesTheClient() async throws {
        let settings = FrontServer.Settings.settings(trusting: "127.0.0.0/8, 10.0.0.0/8")
        try await TestHost.with(.probe(), front: settings) { host in
            let answer = try await host.request(
                .GET, "/probe/echo",
                headers: [("X-Forwarded-For", "192.0.2.6, 198.51.100.1, 10.0.0.3"), ("X-Forwarded-Proto", "https")])
            let seen = try answer.json()
            #expect(seen["sourceIP"] as? String == "198.51.100.1")
            #expect((seen["headers"] as? [String: String])?["x-forwarded-proto"] == "https")
        }
    }

    @Test func answersKeepTheirStatusHeadersCookiesAndBytes() async throws {
        try await TestHost.with(.probe()) { host in
            let cookies = try await host.request(.GET, "/probe/cookies")
            #expect(cookies.status == 204)
            #expect(cookies.headers["set-cookie"] == ["a=1; Path=/; HttpOnly", "b=2; Path=/"])
            let bytes = try await host.request(.GET, "/probe/bytes")
            #expect(Array(bytes.body.readableBytesView) == [0, 0xff, 0xfe, 1])
            let head = try await host.request(.HEAD, "/probe")
            #expect(head.status == 200)
            #expect(head.headers.first(name: "content-length") == "2")
            #expect(head.body.readableBytes == 0)
        }
    }

    @Test func theGatewaysOwnAnswers() async throws {
        try await TestHost.with(.probe()) { host in
            let unknown = try await host.request(.GET, "/nothing")
            #expect(unknown.status == 404)
            #expect(try unknown.json()["type"] as? String == "urn:parley:problem:not-found")
            let crashed = try await host.request(
                .POST, "/probe/do", headers: [("content-type", "application/json")],
                body: ByteBuffer(string: #"{"do":"exit","code":1}"#))
            #expect(crashed.status == 500)
            #expect(try crashed.json()["type"] as? String == "urn:parley:problem:internal")
            let large = try await host.request(.POST, "/probe/echo", body: ByteBuffer(repeating: 0, count: 5_000_000))
            #expect(large.status == 413, "5 MB are 6.7 MB in base64")
            let headers = try await host.request(
                .GET, "/probe", headers: [("x-long", String(repeating: "x", count: 10_240))])
            #expect(headers.status == 431)
            let fits = try await host.request(
                .GET, "/probe", headers: [("x-long", String(repeating: "x", count: 10_000))])
            #expect(fits.status == 200)
        }
    }

    /// RFC 9110: 9.3.2, 9.3.7, 10.2.1, 15.5.6.
    @Test func methodsOfAPath() async throws {
        try await TestHost.with(.probe()) { host in
            let head = try await host.request(.HEAD, "/probe")
            #expect(head.status == 200 && head.body.readableBytes == 0)
            #expect(head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0 > 0)
            for method in [HTTPMethod.PUT, .DELETE, .PATCH, .TRACE] {
                let wrong = try await host.request(method, "/probe/bytes")
                #expect(wrong.status == 405, "\(method)")
                #expect(wrong.headers.first(name: "allow") == "GET, HEAD, OPTIONS", "\(method)")
                #expect(wrong.headers.first(name: "content-type") == "application/problem+json")
            }
            let post = try await host.request(.GET, "/probe/do")
            #expect(post.status == 405 && post.headers.first(name: "allow") == "OPTIONS, POST")
            let options = try await host.request(.OPTIONS, "/probe/bytes")
            #expect(options.status == 204 && options.headers.first(name: "allow") == "GET, HEAD, OPTIONS")
            let server = try await host.request(.OPTIONS, "*")
            #expect(server.status == 204 && server.headers.first(name: "allow")?.contains("PATCH") == true)
            for method in [HTTPMethod.OPTIONS, .PUT] {
                let nothing = try await host.request(method, "/nothing")
                #expect(nothing.status == 404 && !nothing.headers.contains(name: "allow"), "\(method)")
            }
        }
    }

    @Test func aHalfClosedClientGetsItsAnswer() async throws {
        try await TestHost.with(.probe()) { host in
            let client = try await RawClient.get("/probe", port: host.front.port)
            await client.endWriting()
            try await client.wait("the answer", seconds: 20) { $0.isClosed }
            #expect(await client.statuses == [200])
        }
    }

    @Test func whoFindsNoProcessOrWaitsTooLongGets503() async throws {
        var settings = FrontServer.Settings.trustingNobody
        settings.integrationTimeout = .milliseconds(300)
        let manifest = FunctionManifest.probe {
            $0.timeoutSeconds = 30
            $0.concurrency = 1
            $0.queue = 0
        }
        try await TestHost.with(manifest, front: settings) { host in
            _ = try await host.invoke("probe", "{}")
            let order = ByteBuffer(string: #"{"do":"sleep","ms":3000}"#)
            async let slow = host.request(
                .POST, "/probe/do", headers: [("content-type", "application/json")], body: order)
            try await Task.sleep(for: .milliseconds(100))
            let throttled = try await host.request(.GET, "/probe")
            #expect(throttled.status == 503)
            #expect(try throttled.json()["type"] as? String == "urn:parley:problem:unavailable")
            #expect(try await slow.status == 503)
        }
    }

    @Test func corsIsTheGatewaysBusinessOnceConfigured() async throws {
        let settings = FrontServer.Settings.settings(trusting: "", cors: "https://a.example")
        try await TestHost.with(.probe(), front: settings) { host in
            let preflight = try await host.request(
                .OPTIONS, "/probe",
                headers: [
                    ("Origin", "https://a.example"), ("Access-Control-Request-Method", "POST"),
                    ("Access-Control-Request-Headers", "x-a"),
                ])
            #expect(preflight.status == 204)
            #expect(preflight.headers.first(name: "access-control-allow-origin") == "https://a.example")
            #expect(preflight.headers.first(name: "access-control-allow-headers") == "x-a")
            let allowed = try await host.request(.GET, "/probe", headers: [("Origin", "https://a.example")])
            #expect(allowed.headers.first(name: "access-control-allow-origin") == "https://a.example")
            let other = try await host.request(.GET, "/probe", headers: [("Origin", "https://b.example")])
            #expect(!other.headers.contains(name: "access-control-allow-origin"))
        }
    }
}

/// The event's JSON, byte for byte where it matters, read back by the reader that functions use.
@Suite struct EventTests {
    @HostLoop
    private func event(
        _ method: HTTPMethod, _ uri: String, _ headers: [(String, String)] = [], body: [UInt8] = [],
        parameters: [String: String] = [:]
    ) throws -> JSONValue {
        let (path, query) = HTTPRequestHead(version: .http1_1, method: .GET, uri: uri).target
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: HTTPHeaders(headers))
        let client = Client(
            peer: "203.0.113.9", localPort: 8080, headers: head.headers,
            trusted: FrontServer.Settings.trustingNobody.trusted)
        let bytes = EventRequest(
            head: head, body: ByteBuffer(bytes: body),
            match: .init(function: "f", routeKey: "POST /in/{id}", parameters: parameters), path: path, query: query,
            method: method.rawValue, client: client, requestID: "id-1", traceID: "Root=1"
        ).event()
        return try JSONValue(parsing: Array(bytes.readableBytesView))
    }

    @Test func isWhatTheContractShows() async throws {
        let json = try await event(
            .POST, "/in/7?tenant=42&tag=a&tag=b",
            [
                ("Host", "bot.example:8080"), ("User-Agent", "TwilioProxy/1.1"), ("Cookie", "sid=abc; theme=dark"),
                ("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", "c2ln"),
            ], body: Array("From=%2B1555".utf8), parameters: ["id": "7"])
        #expect(json["version"] == .string("2.0"))
        #expect(json["routeKey"] == .string("POST /in/{id}"))
        #expect(json["rawPath"] == .string("/in/7"))
        #expect(json["rawQueryString"] == .string("tenant=42&tag=a&tag=b"))
        #expect(json["cookies"] == .array([.string("sid=abc"), .string("theme=dark")]))
        #expect(json["queryStringParameters"] == .object(["tenant": .string("42"), "tag": .string("a,b")]))
        #expect(json["pathParameters"] == .object(["id": .string("7")]))
        #expect(json["body"] == .string("RnJvbT0lMkIxNTU1"))
        #expect(json["isBase64Encoded"] == .bool(true))
        #expect(json["headers"]?["x-twilio-signature"] == .string("c2ln"))
        #expect(json["headers"]?["x-forwarded-for"] == .string("203.0.113.9"))
        #expect(json["headers"]?["cookie"] == nil)
        let context = try #require(json["requestContext"])
        #expect(context["domainName"] == .string("bot.example"))
        #expect(context["domainPrefix"] == .string("bot"))
        #expect(context["requestId"] == .string("id-1"))
        #expect(context["stage"] == .string("$default"))
        #expect(context["http"]?["sourceIp"] == .string("203.0.113.9"))
        #expect(context["http"]?["userAgent"] == .string("TwilioProxy/1.1"))
        #expect(context["http"]?["protocol"] == .string("HTTP/1.1"))
        let epoch = try #require(context["timeEpoch"]?.integer)
        #expect(abs(Double(epoch) - Date().timeIntervalSince1970 * 1000) < 60_000, "milliseconds, and now")
        let pattern = #/[0-9]{2}/[A-Z][a-z]{2}/20[0-9]{2}:[0-9]{2}:[0-9]{2}:[0-9]{2} \+0000/#
        #expect(context["time"]?.string?.wholeMatch(of: pattern) != nil)
    }

    @Test(arguments: [
        ("[::1]:8080", "::1"), ("[::1]", "::1"), ("bot.example", "bot.example"), ("127.0.0.1:80", "127.0.0.1"),
    ])
    func theDomainIsTheHostWithoutItsPort(_ host: String, _ domain: String) async throws {
        let context = try #require(try await event(.GET, "/in/7", [("Host", host)])["requestContext"])
        #expect(context["domainName"] == .string(domain))
    }

    @Test func whatIsAbsentIsLeftOut() async throws {
        let json = try await event(.GET, "/in/7")
        let members = try #require(json.object)
        for name in ["cookies", "queryStringParameters", "pathParameters", "stageVariables", "body"] {
            #expect(members[name] == nil, "\(name)")
        }
        #expect(json["rawQueryString"] == .string(""))
        #expect(json["isBase64Encoded"] == .bool(false))
    }

    @Test(arguments: [
        ("text/plain", "plain \"quoted\" \\ \u{1}\n\u{7f}é😀", true),
        ("application/json; charset=utf-8", "{\"a\":1}", true),
        ("application/xml", "<a/>", true), ("application/octet-stream", "abc", false), ("", "abc", false),
    ])
    func textTravelsAsText(_ type: String, _ body: String, _ isText: Bool) async throws {
        let json = try await event(.POST, "/in/7", [("content-type", type)], body: Array(body.utf8))
        #expect(json["isBase64Encoded"] == .bool(!isText))
        let expected = isText ? body : Data(body.utf8).base64EncodedString()
        #expect(json["body"] == .string(expected))
    }

    /// Six bytes of each would take the host long, and everybody waits.
    @Test(arguments: ["\u{1}", "\""]) func muchThatMustBeEscapedTravelsAsBase64(_ character: String) async throws {
        let body = Array(String(repeating: character, count: 1 << 17).utf8)
        let json = try await event(.POST, "/in/7", [("content-type", "text/plain")], body: body)
        #expect(json["isBase64Encoded"] == .bool(true))
        #expect(json["body"] == .string(Data(body).base64EncodedString()))
    }

    @Test func brokenUTF8TravelsAsBase64() async throws {
        let json = try await event(.POST, "/in/7", [("content-type", "text/plain")], body: [0xff, 0x41])
        #expect(json["isBase64Encoded"] == .bool(true))
        #expect(json["body"] == .string("/0E="))
    }

    @Test(arguments: [
        (#"{"statusCode":201,"headers":{"X-A":"1"},"body":"hi"}"#, 201, "hi"),
        (#"{"statusCode":200,"body":"aGk=","isBase64Encoded":true}"#, 200, "hi"),
        (#"{"a":1}"#, 200, #"{"a":1}"#), (#""text""#, 200, "text"), ("null", 200, "null"),
    ])
    func outputBecomesAnAnswer(_ output: String, _ status: Int, _ body: String) throws {
        let answer = try #require(FunctionAnswer(output: ByteBuffer(string: output), contentType: "application/json"))
        #expect(answer.status.code == status)
        #expect(String(buffer: answer.body) == body)
    }

    @Test(arguments: [
        "no json", #"{"statusCode":"200"}"#, #"{"statusCode":99}"#, #"{"statusCode":200,"headers":{"a":"b\r\nc: d"}}"#,
        #"{"statusCode":200,"cookies":["a\nb"]}"#, #"{"statusCode":200,"body":"%%","isBase64Encoded":true}"#, "",
    ])
    func unusableOutputIsNone(_ output: String) {
        #expect(FunctionAnswer(output: ByteBuffer(string: output), contentType: nil) == nil)
    }

    @Test func aStreamedAnswerHasItsPreludeInFront() throws {
        let output = ByteBuffer(
            string: #"{"statusCode":202,"headers":{"content-type":"text/event-stream"}}"#
                + String(repeating: "\0", count: 8) + "data")
        let answer = try #require(
            FunctionAnswer(output: output, contentType: "application/vnd.awslambda.http-integration-response"))
        #expect(answer.status == .accepted)
        #expect(String(buffer: answer.body) == "data")
    }
}
