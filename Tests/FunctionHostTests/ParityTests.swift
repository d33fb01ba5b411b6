import Foundation
import FunctionHost
import Support
import Testing
import Web

/// The same requests against the code called directly and against the executable.
@Suite struct ParityTests {
    static let subjects: [FunctionSubject] = [
        .inProcess(Self.function, variables: variables), .process("probe", variables: variables),
    ]
    private static let variables = ["PUBLIC_URL": "https://bot.example.com", "TRUSTED_PROXIES": "10.0.0.0/8"]

    /// What the probe serves, as far as these tests go.
    private static var function: Function {
        var router = Router()
        router.on("ANY /probe/echo") { request in
            .json(
                .object([
                    "bodyHex": .string(request.body.map { String(format: "%02x", $0) }.joined()),
                    "cookies": .object(request.cookies.mapValues(JSONValue.string)),
                    "rawQuery": .string(request.rawQuery), "sourceIP": .string(request.sourceIP),
                ]))
        }
        router.on("POST /probe/count") { request in .text(String(request.body.count)) }
        router.on("GET /probe/bytes") { _ in
            Response(
                status: 200, headers: Headers([("content-type", "application/octet-stream")]), body: [0, 0xFF, 0xFE, 1])
        }
        router.on("GET /probe/cookies") { _ in
            Response(status: 204, cookies: ["a=1; Path=/; HttpOnly", "b=2; Path=/"])
        }
        router.on("GET /probe/fault") { _ in throw Fault.invalid("name", "Give a name.") }
        router.on("GET /probe/error") { _ in throw TestSetupError("a secret detail") }
        return Function(router: router)
    }

    @Test(arguments: subjects) func bytesQueryCookiesAndSourceArrive(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            let request = Request(
                method: .post, path: "/probe/echo", rawQuery: "a=1&a=%2B",
                headers: Headers([
                    ("Content-Type", "application/x-www-form-urlencoded"), ("X-Forwarded-For", "6.6.6.6, 203.0.113.9"),
                ]),
                cookies: ["sid": "abc", "theme": "dark"], body: [0x61, 0xFF, 0x00], sourceIP: "10.1.2.3")
            let echo = try JSONValue(parsing: try await client.send(request).body)
            #expect(echo["bodyHex"]?.string == "61ff00")
            #expect(echo["rawQuery"]?.string == "a=1&a=%2B")
            #expect(echo["cookies"] == .object(["sid": .string("abc"), "theme": .string("dark")]))
            #expect(echo["sourceIP"]?.string == "203.0.113.9")
        }
    }

    @Test(arguments: subjects) func answersKeepBytesAndCookies(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            #expect(try await client.send(Request(method: .get, path: "/probe/bytes")).body == [0, 0xFF, 0xFE, 1])
            let cookies = try await client.send(Request(method: .get, path: "/probe/cookies"))
            #expect(cookies.status == 204)
            #expect(cookies.cookies == ["a=1; Path=/; HttpOnly", "b=2; Path=/"])
        }
    }

    @Test(arguments: subjects) func faultsBecomeProblems(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            let response = try await client.send(Request(method: .get, path: "/probe/fault"))
            let problem = try JSONValue(parsing: response.body)
            #expect(response.status == 422)
            #expect(response.headers["content-type"] == "application/problem+json")
            #expect(problem["type"]?.string == "urn:parley:problem:invalid-field")
            #expect(problem["title"]?.string == "Unprocessable Content")
            #expect(problem["status"]?.integer == 422)
            #expect(problem["detail"]?.string == "Give a name.")
            #expect(problem["field"]?.string == "name")
            #expect(problem["request_id"]?.string == response.headers["x-request-id"])
        }
    }

    @Test(arguments: subjects) func otherErrorsSayNothing(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            let response = try await client.send(Request(method: .get, path: "/probe/error"))
            #expect(response.status == 500)
            #expect(!String(decoding: response.body, as: UTF8.self).contains("secret"))
            #expect(try JSONValue(parsing: response.body)["request_id"]?.string == response.headers["x-request-id"])
        }
    }

    @Test(arguments: subjects) func unknownPathsAndMethodsAreProblemsToo(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            #expect(try await client.send(Request(method: .get, path: "/nowhere")).status == 404)
            let response = try await client.send(Request(method: .delete, path: "/probe/fault"))
            #expect(response.status == 405)
            #expect(response.headers["allow"] == "GET, HEAD, OPTIONS")
        }
    }

    @Test(arguments: subjects) func everyAnswerCarriesTheSecurityHeaders(subject: FunctionSubject) async throws {
        try await withFunction(subject) { client in
            for path in ["/probe/cookies", "/probe/fault", "/nowhere"] {
                let headers = try await client.send(Request(method: .get, path: path)).headers
                #expect(headers["x-content-type-options"] == "nosniff")
                #expect(headers["referrer-policy"] == "no-referrer")
                #expect(headers["x-frame-options"] == "DENY")
                #expect(headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'")
                #expect(headers["strict-transport-security"] == "max-age=31536000; includeSubDomains")
                #expect(headers["x-request-id"]?.isEmpty == false)
            }
        }
    }

    @Test func aBodyAboveSixMegabytesIs413() async throws {
        try await withFunction(.inProcess(Self.function)) { client in
            let headers = Headers([("content-type", "application/octet-stream")])
            let most = Request(
                method: .post, path: "/probe/count", headers: headers, body: Array(repeating: 1, count: 6 << 20))
            let accepted = try await client.send(most)
            #expect(accepted.body == Array("6291456".utf8))
            var more = most
            more.body.append(1)
            let refused = try await client.send(more)
            #expect(refused.status == 413)
        }
    }
}
