import FoundationEssentials
import Support
import Testing
import Web

/// The HTTP event form byte by byte, over `Vectors/http-event.json`.
@Suite struct HTTPEventTests {
    struct File: Decodable {
        struct Event: Decodable, CustomTestStringConvertible {
            let name: String
            let event: String
            var request: Expected?
            var status: Int?
            var testDescription: String { name }
        }
        struct Expected: Decodable {
            let method, path, rawQuery, bodyHex, sourceIP: String
            let headers, cookies: [String: String]
        }
        struct Answer: Decodable, CustomTestStringConvertible {
            let name, bodyHex, json: String
            let status: Int
            let headers: [[String]]
            let cookies: [String]
            var testDescription: String { name }
        }
        let events, refused, not_http: [Event]
        let responses: [Answer]
    }

    static let file = Result { try Vectors.load("http-event.json", as: File.self) }

    @Test func thereAreVectors() throws {
        let file = try Self.file.get()
        #expect(
            file.events.count >= 14 && file.refused.count >= 4 && file.not_http.count >= 4 && file.responses.count >= 7)
    }

    @Test(arguments: (try? file.get().events) ?? []) func eventsBecomeRequests(vector: File.Event) throws {
        let expected = try #require(vector.request)
        let event = try #require(HTTPEvent(try JSONValue(parsing: Array(vector.event.utf8))))
        let request = try event.request(requestID: "r", bodyLimit: 1000)
        #expect(request.method.rawValue == expected.method)
        #expect(request.path == expected.path)
        #expect(request.rawQuery == expected.rawQuery)
        #expect(Dictionary(request.headers.fields.map { ($0.name, $0.value) }) { $1 } == expected.headers)
        #expect(request.cookies == expected.cookies)
        #expect(hex(request.body) == expected.bodyHex)
        #expect(request.sourceIP == expected.sourceIP)
        #expect(request.requestID == "r")
    }

    @Test(arguments: (try? file.get().refused) ?? []) func brokenEventsAreRefused(vector: File.Event) throws {
        let event = try #require(HTTPEvent(try JSONValue(parsing: Array(vector.event.utf8))))
        let fault = #expect(throws: Fault.self) { try event.request(requestID: "r", bodyLimit: 1000) }
        #expect(fault?.status == vector.status)
    }

    @Test(arguments: (try? file.get().not_http) ?? []) func otherEventsAreNotHTTP(vector: File.Event) throws {
        #expect(HTTPEvent(try JSONValue(parsing: Array(vector.event.utf8))) == nil)
    }

    @Test(arguments: (try? file.get().responses) ?? []) func answersBecomeEvents(vector: File.Answer) throws {
        let response = Response(
            status: vector.status, headers: Headers(vector.headers.map { ($0[0], $0[1]) }), cookies: vector.cookies,
            body: bytes(vector.bodyHex))
        #expect(String(decoding: HTTPEventResponse.json(response), as: UTF8.self) == vector.json)
    }

    @Test func theBodyLimitCountsDecodedBytes() throws {
        func event(_ bytes: Int, base64: Bool) throws -> HTTPEvent {
            let body = Array(repeating: UInt8(ascii: "a"), count: bytes)
            let text = base64 ? Data(body).base64EncodedString() : String(decoding: body, as: UTF8.self)
            return try #require(
                HTTPEvent(
                    .object([
                        "rawPath": .string("/"), "body": .string(text), "isBase64Encoded": .bool(base64),
                        "requestContext": .object(["http": .object(["method": .string("POST")])]),
                    ])))
        }
        for base64 in [false, true] {
            for size in 998...1000 {
                #expect(try event(size, base64: base64).request(requestID: "", bodyLimit: 1000).body.count == size)
            }
            for size in [1001, 1002, 1003, 5000] {
                let event = try event(size, base64: base64)
                #expect(throws: Fault.tooLarge) { try event.request(requestID: "", bodyLimit: 1000) }
            }
        }
    }

    @Test func theMirrorReadsWhatIsWritten() throws {
        let response = Response(
            status: 200, headers: Headers([("content-type", "application/pdf"), ("etag", "\"1\"")]), cookies: ["a=1"],
            body: Array(0...255))
        let read = try HTTPEventResponseReader.response(HTTPEventResponse.json(response))
        #expect(read == response)
    }
}

func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
    }
}
