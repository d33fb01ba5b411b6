import Domain
import FoundationEssentials
import Postgres
import Store
import Support
import Testing
import Web
import WhatsAppWire

@testable import Media

/// Files of WhatsApp Web lines: what a session worker kept of a message, and what the media servers answer.
@Suite struct WhatsAppMediaTests {
    private static let key = [UInt8](repeating: 5, count: 32)
    private static let picture = [UInt8]((0..<5_000).map { UInt8(truncatingIfNeeded: $0) })

    /// A message with a file, as the phone of a customer made it.
    private struct Sent {
        var reference: EncryptedMedia
        var encrypted: [UInt8]

        init(_ plain: [UInt8] = picture, type: String = "image/jpeg") throws {
            let (bytes, digest) = try MediaEncryptor.encrypt(plain, mediaKey: key, kind: .image)
            encrypted = bytes
            reference = EncryptedMedia(
                kind: .image, mimeType: type, directPath: "/v/t62.7118-24/file?ccb=11-4", mediaKey: key, digest: digest)
        }
    }

    private struct Stage {
        let api: TestAPI
        let alice: Visitor
        let thread: Thread

        func look(as visitor: Visitor? = nil) async throws -> Answer {
            try await api.call("GET /api/v1/messages/\(thread.message)/media/0", as: visitor ?? alice)
        }
    }

    private func with(_ sent: Sent, _ body: (Stage) async throws -> Void) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let media = #"[{"url": "\#(LineKey.file(of: "SM1", by: nil).fileURL)", "content_type": "image/jpeg"}]"#
            let message = try #require(OutgoingMessage.media(sent.reference, timestamp: 0)).content
            let keys = LineKeys(
                readingOf: thread.channel, in: alice.organization, box: try SecretBox(keys: TestAPI.secretKeys))
            let sealing = try keys.store([LineKey(.media, "SM1"): message], at: api.clock.now)
            try await api.db.owner.query(
                "update parley.channels set kind = 'whatsapp_web' where id = \(thread.channel)")
            try await api.db.owner.query("update parley.messages set media = \(media) where id = \(thread.message)")
            try await api.database(as: .lines).pipeline(for: alice.organization, sealing)
            api.media.read { $0.file = sent.encrypted }
            try await body(Stage(api: api, alice: alice, thread: thread))
        }
    }

    @Test func aPictureIsOpenedAndShownInASandbox() async throws {
        try await with(try Sent()) { stage in
            let answer = try await stage.look()
            #expect(answer.status == 200, "\(answer.text)")
            #expect(answer.response.body == Self.picture)
            #expect(answer.response.headers["content-type"] == "image/jpeg")
            #expect(answer.response.headers["content-disposition"] == "inline")
            #expect(answer.response.headers["content-security-policy"]?.contains("sandbox") == true)
            let asked = stage.api.media.read { $0.asked }
            #expect(asked.count == 1)
            #expect(asked.first?.hasPrefix("https://mmg.whatsapp.net/v/t62.7118-24/file?ccb=11-4&hash=") == true)
        }
    }

    @Test(arguments: [
        ("https://media-fra5-1.cdn.whatsapp.net/v/other", ["media-fra5-1.cdn.whatsapp.net", "mmg.whatsapp.net"]),
        ("https://mmg.whatsapp.net/v/other", ["mmg.whatsapp.net"]),
        ("https://evil.example/v", ["mmg.whatsapp.net"]),
        ("https://evilwhatsapp.net/v", ["mmg.whatsapp.net"]),
        ("https://whatsapp.net.evil.example/v", ["mmg.whatsapp.net"]),
        ("https://evil.example#.whatsapp.net/v", ["mmg.whatsapp.net"]),
        ("https://evil.example\\.whatsapp.net/v", ["mmg.whatsapp.net"]),
        ("https://me@mmg2.whatsapp.net/v", ["mmg.whatsapp.net"]),
        ("https://mmg2.whatsapp.net:8443/v", ["mmg.whatsapp.net"]),
        ("http://mmg2.whatsapp.net/v", ["mmg.whatsapp.net"]),
        ("https://127.0.0.1/v", ["mmg.whatsapp.net"]),
    ])
    func onlyWhatsAppsOwnHostsAreAsked(_ url: String, _ hosts: [String]) throws {
        var reference = try Sent().reference
        reference.url = url
        let addresses = MediaHosts.whatsApp.addresses(of: reference)
        #expect(addresses.map { $0.split(separator: "/")[1] } == hosts.map { Substring($0) })
        #expect(addresses.allSatisfy { $0.hasPrefix("https://") && $0.contains("/v/t62.7118-24/file?") })
        reference.directPath = "//evil.example/v"
        #expect(MediaHosts.whatsApp.addresses(of: reference).isEmpty)
    }

    @Test func theTestSwitchPointsAtOneServer() throws {
        var reference = try Sent().reference
        reference.url = "https://media.cdn.whatsapp.net/v"
        let plain = try MediaHosts(testServer: "ws://127.0.0.1:8081/ws/chat")
        #expect(plain.addresses(of: reference).map { $0.prefix(22) } == ["http://127.0.0.1:8081/"])
        let secure = try MediaHosts(testServer: "wss://127.0.0.1:8081/ws/chat")
        #expect(secure.addresses(of: reference).map { $0.prefix(23) } == ["https://127.0.0.1:8081/"])
        #expect(try MediaHosts(testServer: nil) == .whatsApp)
        #expect(throws: (any Error).self) { try MediaHosts(testServer: "http://127.0.0.1") }
    }

    @Test func anotherHostIsAskedWhenTheFirstDoesNotHaveIt() async throws {
        var sent = try Sent()
        sent.reference.url = "https://media.cdn.whatsapp.net/v"
        try await with(sent) { stage in
            for status in [0, 404, 500] {
                stage.api.media.read { $0.statuses = ["media.cdn.whatsapp.net": status] }
                let answer = try await stage.look()
                #expect(answer.response.body == Self.picture)
            }
        }
    }

    @Test(arguments: [(403, 410), (404, 410), (410, 410), (500, 503), (302, 503), (0, 503)])
    func whatTheServersRefuseIsNamed(_ status: Int, _ expected: Int) async throws {
        try await with(try Sent()) { stage in
            stage.api.media.read { $0.statuses = ["mmg.whatsapp.net": status] }
            let answer = try await stage.look()
            #expect(answer.status == expected)
            #expect(answer.code == (expected == 410 ? "gone" : "unavailable"))
            if expected == 410 { #expect(answer.text.contains("has to send it again")) }
        }
    }

    enum Damage: CaseIterable { case content, tag, shorter, encryptedHash, plainHash, length, empty }

    @Test(arguments: Damage.allCases) func nothingLeavesOfAFileThatIsNotTheAnnouncedOne(_ damage: Damage) async throws {
        var sent = try Sent()
        let digest = sent.reference.digest
        let wrong = [UInt8](repeating: 1, count: 32)
        switch damage {
        case .content: sent.encrypted[100] ^= 1
        case .tag:
            // The hash fits, so that the MAC has to tell.
            sent.encrypted[sent.encrypted.count - 1] ^= 1
            sent.reference.digest = MediaDigest(
                sha256: digest.sha256, encryptedSHA256: Digest.sha256(sent.encrypted), length: digest.length)
        case .shorter: sent.encrypted.removeLast(16)
        case .encryptedHash:
            sent.reference.digest = MediaDigest(sha256: digest.sha256, encryptedSHA256: wrong, length: digest.length)
        case .plainHash:
            sent.reference.digest = MediaDigest(
                sha256: wrong, encryptedSHA256: digest.encryptedSHA256, length: digest.length)
        case .length:
            sent.reference.digest = MediaDigest(
                sha256: digest.sha256, encryptedSHA256: digest.encryptedSHA256, length: digest.length + 1)
        case .empty: sent.encrypted = []
        }
        try await with(sent) { stage in
            let answer = try await stage.look()
            #expect(answer.status == 502)
            #expect(answer.code == "file-damaged")
        }
    }

    @Test func whatIsTooLargeIsNotFetched() async throws {
        var announced = try Sent()
        announced.reference.digest = MediaDigest(
            sha256: announced.reference.digest.sha256, encryptedSHA256: announced.reference.digest.encryptedSHA256,
            length: FetchedFile.limit + 1)
        try await with(announced) { stage in
            let answer = try await stage.look()
            #expect(answer.status == 413)
            #expect(stage.api.media.read { $0.asked }.isEmpty)
        }
        try await with(try Sent()) { stage in
            stage.api.media.read { $0.file = [UInt8](repeating: 0, count: FetchedFile.limit + 27) }
            let answer = try await stage.look()
            #expect(answer.status == 413)
            #expect(answer.code == "file-too-large")
        }
    }

    @Test func withItsLineGoesWhatOpensAFile() async throws {
        try await with(try Sent()) { stage in
            try await stage.api.db.owner.query(
                "update parley.channels set deleted_at = now() where id = \(stage.thread.channel)")
            let deleted = try await stage.look()
            #expect(deleted.status == 410)
            #expect(deleted.code == "line-deleted")
        }
        try await with(try Sent()) { stage in
            try await stage.api.db.owner.query("delete from parley.whatsapp_keys")
            let unlinked = try await stage.look()
            #expect(unlinked.status == 410)
            #expect(unlinked.code == "keys-gone")
            #expect(stage.api.media.read { $0.asked }.isEmpty)
        }
    }

    @Test func aStrangerSeesNothingAndFetchesNothing() async throws {
        try await with(try Sent()) { stage in
            let bob = try await stage.api.signUp("bob")
            let answer = try await stage.look(as: bob)
            #expect(answer.status == 404)
            let nobody = try await stage.api.call("GET /api/v1/messages/\(stage.thread.message)/media/0")
            #expect(nobody.status == 401)
            #expect(stage.api.media.read { $0.asked }.isEmpty)
        }
    }

    @Test(arguments: [
        ("IMAGE/PNG; a=b", "image/png"), ("image/svg+xml", nil), ("image/x+xml", nil), ("text/html", nil),
        ("image/png, text/html", nil), ("image/png\r\nset-cookie: a=b", nil), ("", nil),
    ])
    func theSenderDoesNotChooseWhatABrowserRuns(_ type: String, _ shown: String?) async throws {
        try await with(try Sent(type: type)) { stage in
            let answer = try await stage.look()
            #expect(answer.status == 200)
            #expect(answer.response.headers["content-type"] == shown ?? "application/octet-stream")
            #expect(answer.response.headers["content-disposition"] == (shown == nil ? "attachment" : "inline"))
        }
    }

    @Test func nobodyPutsTheirFileInAnothersPlace() async throws {
        try await with(try Sent()) { stage in
            let keys = LineKeys(
                readingOf: stage.thread.channel, in: stage.alice.organization,
                box: try SecretBox(keys: TestAPI.secretKeys))
            try await stage.api.database(as: .lines).pipeline(
                for: stage.alice.organization,
                try keys.store([LineKey(.media, "SM1"): [1, 2, 3]], replacing: false, at: stage.api.clock.now))
            let answer = try await stage.look()
            #expect(answer.response.body == Self.picture)
        }
    }
}
