import Outbound
import Synchronization
import Testing

/// Bodies too large to be held pass in pieces, both ways.
@Suite(.timeLimit(.minutes(2))) struct PieceTests {
    private final class Pieces: Sendable {
        private let pieces = Mutex<[[UInt8]]>([])
        let most: Int

        init(most: Int = .max) {
            self.most = most
        }

        var all: [[UInt8]] { pieces.withLock { $0 } }
        var bytes: [UInt8] { all.flatMap(\.self) }

        func take(_ piece: [UInt8]) -> Bool {
            pieces.withLock { pieces in
                pieces.append(piece)
                return pieces.count < most
            }
        }
    }

    private static let large = String(repeating: "0123456789", count: 30_000)

    @Test func anAnswerIsTakenInPieces() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer(Self.large)
        }
        defer { server.stop() }
        let pieces = Pieces()
        let answer = try await HTTPClient.live(allowedPrivate: [server.address]).send(
            OutboundRequest(method: "GET", url: server.url, receive: { pieces.take($0) }))
        #expect(answer.status == 200 && answer.body.isEmpty)
        #expect(pieces.bytes == Array(Self.large.utf8))
        #expect(pieces.all.count > 1)
    }

    /// The page of an error is no file, nor is the one that says where the file is.
    @Test func onlyAnAnswerThatIsTheFileIsTaken() async throws {
        let server = try LocalServer { peer in
            guard let request = peer.read() else { return }
            if request.hasPrefix("GET /moved") {
                peer.answer("look there", status: "302 Found", headers: "Location: /file\r\nConnection: close\r\n")
            } else if request.hasPrefix("GET /file") {
                peer.answer("the file")
            } else {
                peer.answer("not here", status: "404 Not Found")
            }
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let (moved, missing) = (Pieces(), Pieces())
        _ = try await client.send(
            OutboundRequest(method: "GET", url: server.url + "/moved", receive: { moved.take($0) }, redirects: 1))
        #expect(String(decoding: moved.bytes, as: UTF8.self) == "the file")
        let answer = try await client.send(
            OutboundRequest(method: "GET", url: server.url + "/none", receive: { missing.take($0) }))
        #expect(missing.all.isEmpty && String(decoding: answer.body, as: UTF8.self) == "not here")
    }

    /// The page of an error is as long as its server likes, and whoever takes pieces has no room for it.
    @Test(arguments: ["404 Not Found", "500 Oh", "206 Partial Content"])
    func thePageOfAnErrorIsCut(_ status: String) async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.write("HTTP/1.1 \(status)\r\n\r\n" + Self.large)
            peer.waitForClose()
        }
        defer { server.stop() }
        let pieces = Pieces()
        let began = ContinuousClock.now
        let answer = try await HTTPClient.live(allowedPrivate: [server.address]).send(
            OutboundRequest(
                method: "GET", url: server.url, receive: { pieces.take($0) }, timeout: 20, maximumResponse: 64 << 20))
        #expect(String(answer.status) == status.split(separator: " ")[0])
        #expect(answer.body.count == 8 << 10 && pieces.all.isEmpty)
        #expect(.now - began < .seconds(10), "the rest is not waited for")
    }

    @Test func aRedirectIsFollowedHoweverLongItsPageIs() async throws {
        let server = try LocalServer { peer in
            if peer.read()?.hasPrefix("GET /moved") == true {
                peer.answer(Self.large, status: "302 Found", headers: "Location: /file\r\nConnection: close\r\n")
            } else {
                peer.answer("the file")
            }
        }
        defer { server.stop() }
        let pieces = Pieces()
        let answer = try await HTTPClient.live(allowedPrivate: [server.address]).send(
            OutboundRequest(
                method: "GET", url: server.url + "/moved", receive: { pieces.take($0) }, redirects: 1))
        #expect(answer.status == 200 && String(decoding: pieces.bytes, as: UTF8.self) == "the file")
    }

    @Test func whoTakesNoMoreEndsTheRequest() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer(Self.large)
        }
        defer { server.stop() }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let pieces = Pieces(most: 2)
        await #expect(throws: OutboundError.self) {
            _ = try await client.send(OutboundRequest(method: "GET", url: server.url, receive: { pieces.take($0) }))
        }
        #expect(pieces.all.count == 2)
        let tooLong = Pieces()
        let request = OutboundRequest(
            method: "GET", url: server.url, receive: { tooLong.take($0) }, maximumResponse: 100_000)
        do throws(OutboundError) {
            _ = try await client.send(request)
            Issue.record("it was taken whole")
        } catch {
            #expect(error.code == .tooLarge)
        }
        #expect(tooLong.bytes.count <= 100_000)
    }

    @Test func aRequestIsReadAsItIsSent() async throws {
        let server = try LocalServer { peer in
            peer.read()
            peer.answer("")
        }
        defer { server.stop() }
        let (bytes, asked) = (Array(Self.large.utf8), Pieces())
        let upload = OutboundUpload(length: bytes.count) { offset, most in
            let piece = Array(bytes[offset...].prefix(most))
            _ = asked.take(piece)
            return piece
        }
        let client = HTTPClient.live(allowedPrivate: [server.address])
        let answer = try await client.send(OutboundRequest(method: "POST", url: server.url, upload: upload))
        #expect(answer.status == 200)
        let request = try #require(server.requests.first)
        #expect(
            request.contains("\r\nContent-Length: \(bytes.count)\r\n") && request.hasSuffix("\r\n\r\n" + Self.large))
        #expect(asked.all.count > 1)
    }

    @Test func aRequestThatCanNotBeReadIsNotSentAsAShorterOne() async throws {
        let server = try LocalServer { peer in
            if peer.read() != nil { peer.answer("taken") }
        }
        defer { server.stop() }
        let upload = OutboundUpload(length: 1 << 20) { offset, most in
            offset < 100_000 ? [UInt8](repeating: 1, count: most) : nil
        }
        await #expect(throws: OutboundError.self) {
            _ = try await HTTPClient.live(allowedPrivate: [server.address]).send(
                OutboundRequest(method: "POST", url: server.url, upload: upload))
        }
        #expect(server.requests.isEmpty)
    }
}
