import Domain
import Outbound
import Synchronization
import Testing
import WhatsAppWire

@testable import SessionWorker

/// A file has its time as a whole, however many servers are tried: a message's own time is counted on it.
@Suite struct FileTimeTests {
    @Test func allServersTogetherHaveTheTimeOfOne() async throws {
        let timeouts = Mutex<[Double]>([])
        let http = HTTPClient { request throws(OutboundError) in
            timeouts.withLock { $0.append(request.timeout) }
            try? await Task.sleep(for: .milliseconds(20))
            return OutboundResponse(status: 500, headers: [], body: [])
        }
        let servers = MediaConnection(
            auth: "a", timeToLive: 60, hosts: ["one.example", "two.example", "three.example"])
        let channel = StanzaChannel(
            send: { _ in }, ask: { servers.reply(to: $0("1")) },
            deliver: { _, _, _ in throw ConnectionError.silent }, makeID: { "1" })
        let transfer = MediaTransfer(server: channel, http: http, randomness: .system, isPlain: false)
        await #expect(throws: FileError.self) {
            _ = try await transfer.upload(.image, mimeType: "image/png") { _ = $0([1, 2, 3]) }
        }
        let asked = timeouts.withLock { $0 }
        #expect(asked.count == 3)
        #expect(asked[0] <= MediaTransfer.uploadTime / 2, "a slow one leaves time for the others")
        for (number, timeout) in asked.enumerated() {
            #expect(timeout <= MediaTransfer.uploadTime - Double(number) * 0.02, "\(asked)")
        }
    }
}
