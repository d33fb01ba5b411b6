import Testing

@testable import FunctionHost

@Suite struct LoopbackResponseParserTests {
    /// Feeds the text in pieces; `nil` when it is incomplete.
    private func parse(_ text: String, piece: Int = .max, limit: Int = 100) throws(LoopbackError) -> LoopbackResponse? {
        var parser = LoopbackResponseParser(bodyLimit: limit)
        var received = ReceivedBytes(capacity: 8)
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            received.append(rest.prefix(piece))
            rest = rest.dropFirst(piece)
            if let response = try parser.next(from: &received) { return response }
        }
        return nil
    }

    @Test(arguments: [1, 2, 3, 7, 1000]) func bothFramingsInPiecesOfAnySize(piece: Int) throws {
        let expected = LoopbackResponse(
            status: 200, headers: ["content-length": "5", "a": "b"], body: Array("hello".utf8))
        #expect(try parse("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nA:  b\r\n\r\nhello", piece: piece) == expected)
        let chunked =
            "HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: t\r\n\r\n"
        #expect(try parse(chunked, piece: piece)?.body == Array("hello".utf8))
        #expect(try parse("HTTP/1.1 100 C\r\n\r\nHTTP/1.1 204 N\r\n\r\n", piece: piece)?.status == 204)
        #expect(try parse("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", piece: piece)?.body == [])
    }

    @Test func truncatedAnswersAreNeverComplete() throws {
        for whole in [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        ] {
            for length in 0..<whole.utf8.count {
                let part = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
                #expect(try parse(part, piece: 1) == nil)
            }
        }
    }

    @Test(arguments: [
        "nonsense\r\n", "HTTP/2 200\r\n", "HTTP/1.1 99 X\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n",
        "HTTP/1.1 200 OK\r\n: x\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n",
    ]) func malformedAnswersAreRefused(text: String) {
        #expect(throws: LoopbackError.malformed) { try parse(text) }
    }

    @Test func sizesAreBounded() {
        #expect(throws: LoopbackError.tooLarge(headers: ["content-length": "101"])) {
            try parse("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n")
        }
        let chunked =
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n\(String(repeating: "x", count: 64))\r\n40\r\n"
        #expect(throws: LoopbackError.tooLarge(headers: ["transfer-encoding": "chunked"])) { try parse(chunked) }
        let trailers = String(repeating: "t: x\r\n", count: 101)
        #expect(throws: LoopbackError.malformed) {
            try parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\(trailers)\r\n")
        }
        #expect(throws: LoopbackError.malformed) {
            try parse("HTTP/1.1 200 OK\r\nA: \(String(repeating: "x", count: 17_000))")
        }
        let many = (0...100).map { "h\($0): x\r\n" }.joined()
        #expect(throws: LoopbackError.malformed) { try parse("HTTP/1.1 200 OK\r\n\(many)\r\n") }
    }
}
