import Foundation
import FunctionHost
import HTTPServer
import NIOCore
import NIOHTTP1
import Web

@testable import FunctionHost
@testable import HTTPServer
@testable import LocalRunner

extension ForeignParser {
    /// What a request brings, read on the host's one thread.
    static let host: [ForeignParser] = [
        .text(
            "query of an event", ["a=1&b=2&a=3", "q=a%20b"],
            shapes: [
                Shape.distinct(separator: "&") { "q\($0)=v" }, Shape.repeated("a&"), Shape.repeated("a=b&"),
                Shape.repeated("%41=%41&"),
            ]
        ) { text in event(HTTPRequestHead(version: .http1_1, method: .GET, uri: "/a?" + text)) },
        .text("path of an event", ["/a/b", "http://h/a#b"]) { text in
            event(HTTPRequestHead(version: .http1_1, method: .GET, uri: text))
        },
        .text(
            "header fields of an event", ["accept: */*\ncookie: a=b; c=d\nx-forwarded-for: 10.0.0.1"],
            shapes: [
                Shape.distinct(separator: "\n") { "h\($0): v" }, Shape.repeated("a: b\n"),
                Shape.repeated("cookie: a=b; c\n"),
            ]
        ) { text in
            var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/a")
            for line in text.split(separator: "\n") {
                let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                // NIO's parser hands out no other names, and traps on them.
                guard halves[0].utf8.allSatisfy({ $0 < 0x80 }) else { continue }
                head.headers.add(name: String(halves[0]), value: halves.count > 1 ? String(halves[1]) : "")
            }
            event(head)
            var limits = HTTPLimits()
            limits.header = .max
            _ = try? RequestRules(limits: limits).checked(head)
        },
        ForeignParser("body of an event", samples: [Array("Hallo \"é\"".utf8)]) { bytes in
            for type in ["text/plain", "application/json", "image/png"] {
                event(
                    HTTPRequestHead(version: .http1_1, method: .POST, uri: "/a", headers: ["content-type": type]),
                    body: bytes)
            }
        },
        .text("host", ["a.example:80", "[::1]:1"]) { _ = RequestRules.isHost($0) },
        .text("target", ["/a?b#c", "http://u@h:1/p?q"]) { text in
            let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: text)
            _ = (head.target, head.authority)
        },
        .text("path of the front", ["/api/v1/conversations/1", "/a/"], shapes: [Shape.repeated("/a")]) {
            _ = (table.match(method: "GET", path: $0), table.methods(at: $0))
        },
        .text("function's reference", ["arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST", "f"]) {
            _ = try? FunctionReference($0, query: Substring("Qualifier=" + $0), of: HostSettings())
        },
        ForeignParser(
            "function's answer",
            samples: [
                Array(
                    #"{"statusCode":200,"headers":{"a":"b"},"cookies":["a=b"],"body":"aGk=","isBase64Encoded":true}"#
                        .utf8)
            ],
            shapes: [Shape.distinct(#"{"statusCode":200,"headers":{"#, "}}", separator: ",") { "\"h\($0)\":\"v\"" }]
        ) {
            _ = FunctionAnswer(output: ByteBuffer(bytes: $0), contentType: nil)
            _ = FunctionAnswer(
                output: ByteBuffer(bytes: $0), contentType: "application/vnd.awslambda.http-integration-response")
        },
    ]

    static let functionHost: [ForeignParser] = [
        ForeignParser(
            "event", samples: [json],
            shapes: [
                Shape.distinct(#"{"requestContext":{"http":{"method":"GET"}},"headers":{"#, "}}", separator: ",") {
                    "\"h\($0)\":\"v\""
                },
                Shape.distinct(#"{"requestContext":{"http":{"method":"GET"}},"cookies":["#, "]}", separator: ",") {
                    "\"c\($0)=v\""
                },
            ]
        ) { bytes in
            guard let json = try? JSONValue(parsing: bytes) else { return }
            _ = try? HTTPEvent(json)?.request(requestID: "r", bodyLimit: 1 << 20)
            try? DirectEvent.check(bytes)
        },
        ForeignParser(
            "Runtime API's answer",
            samples: [
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA: b\r\n\r\nhello",
                "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nT: t\r\n\r\n",
            ].map { Array($0.utf8) },
            shapes: [
                {
                    Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
                        + Shape.repeated("1\r\na\r\n")($0)
                },
                Shape.repeated("HTTP/1.1 100 C\r\n\r\n"),
            ]
        ) { bytes in
            var parser = LoopbackResponseParser(bodyLimit: 1 << 20)
            var received = ReceivedBytes()
            var rest = bytes[...]
            while !rest.isEmpty {
                received.append(rest.prefix(1_000))
                rest = rest.dropFirst(1_000)
                do throws(LoopbackError) {
                    guard let answer = try parser.next(from: &received) else { continue }
                    _ = try? Invocation(answer)
                } catch {
                    // The connection ends with the first answer that is none: nothing more is read from it.
                }
                return
            }
        },
    ]

    private static let table = RouteTable([
        ("f", ["GET /api/v1/{a}/{b}", "GET /{rest+}", "POST /api"]),
        ("g", (0..<50).map { "GET /g\($0)/{id}" }),
    ])

    /// On the thread that it is made on.
    private static func event(_ head: HTTPRequestHead, body: [UInt8] = []) {
        let (path, query) = head.target
        guard let trusted = TrustedProxies("10.0.0.0/8") else { return }
        let client = Client(peer: "10.0.0.1", localPort: 80, headers: head.headers, trusted: trusted)
        let request = EventRequest(
            head: head, body: ByteBuffer(bytes: body),
            match: .init(function: "f", routeKey: "GET /", parameters: [:]), path: path, query: query, method: "GET",
            client: client, requestID: "id", traceID: "Root=1")
        _ = request.event(at: 1_795_369_234_123)
    }
}
