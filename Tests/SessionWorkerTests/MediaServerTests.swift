import Domain
import Outbound
import Synchronization
import Testing
import WhatsAppWire

@testable import SessionWorker

/// WhatsApp names several media servers: one that can't be reached is no reason to give a file up.
@Suite(.timeLimit(.minutes(1))) struct MediaServerTests {
    private static let key = [UInt8](repeating: 7, count: 32)

    private func transfer(_ http: HTTPClient) -> MediaTransfer {
        let servers = MediaConnection(auth: "a", timeToLive: 60, hosts: ["one.example", "two.example"])
        let channel = StanzaChannel(
            send: { _ in }, ask: { servers.reply(to: $0("1")) },
            deliver: { _, _, _ in throw ConnectionError.silent }, makeID: { "1" })
        return MediaTransfer(server: channel, http: http, randomness: .system, isPlain: false)
    }

    private func file(_ plain: [UInt8]) throws -> (bytes: [UInt8], media: EncryptedMedia) {
        let whole = try MediaEncryptor.encrypt(plain, mediaKey: Self.key, kind: .document)
        return (
            whole.bytes,
            EncryptedMedia(
                kind: .document, mimeType: "a/b", directPath: "/v", mediaKey: Self.key, digest: whole.digest)
        )
    }

    @Test(arguments: [OutboundError.Code.unreachable, .timedOut, .broken])
    func theNextServerIsAskedForAFile(_ code: OutboundError.Code) async throws {
        let (bytes, media) = try file([1, 2, 3])
        let http = HTTPClient { request throws(OutboundError) in
            guard request.url.contains("two.example") else { throw OutboundError(code) }
            _ = request.receive?(bytes)
            return OutboundResponse(status: 200)
        }
        #expect(try await transfer(http).download(media, limit: 100) == [1, 2, 3])
    }

    @Test(arguments: [OutboundError.Code.unreachable, .timedOut, .broken])
    func theNextServerTakesAFile(_ code: OutboundError.Code) async throws {
        let http = HTTPClient { request throws(OutboundError) in
            guard request.url.contains("two.example") else { throw OutboundError(code) }
            return OutboundResponse(
                status: 200, body: Array(#"{"url": "https://two.example/x", "direct_path": "/x"}"#.utf8))
        }
        let stored = try await transfer(http).upload(.image, mimeType: "image/png") { _ = $0([1, 2, 3]) }
        #expect(stored.directPath == "/x")
    }

    @Test func whenNoneCanBeReachedThatIsSaid() async throws {
        let (_, media) = try file([1, 2, 3])
        let transfer = transfer(HTTPClient { _ throws(OutboundError) in throw OutboundError(.unreachable) })
        await #expect(throws: OutboundError.self) { try await transfer.download(media, limit: 100) }
        await #expect(throws: OutboundError.self) {
            try await transfer.upload(.image, mimeType: "image/png") { _ = $0([1, 2, 3]) }
        }
    }

    @Test func whoIsToldToStopAsksNoOther() async throws {
        let asked = Mutex(0)
        let (_, media) = try file([1, 2, 3])
        let transfer = transfer(
            HTTPClient { _ throws(OutboundError) in
                asked.withLock { $0 += 1 }
                try? await Task.sleep(for: .seconds(20))
                throw OutboundError(.timedOut, detail: "cancelled")
            })
        let task = Task { try await transfer.download(media, limit: 100) }
        while asked.withLock({ $0 }) == 0 { await Task.yield() }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(asked.withLock { $0 } == 1)
    }

    /// The transfer ends because we take no more of it: what was wrong is ours to say.
    @Test func whyAFileWasRefusedIsSaid() async throws {
        let (bytes, media) = try file([1, 2, 3])
        let http = HTTPClient { request throws(OutboundError) in
            for _ in 0..<100 where request.receive?(bytes) == false { throw OutboundError(.broken) }
            return OutboundResponse(status: 200)
        }
        await #expect(throws: MediaError.self) { try await transfer(http).download(media, limit: 100) }
    }
}
