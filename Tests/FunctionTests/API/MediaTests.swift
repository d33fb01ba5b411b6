import Domain
import FoundationEssentials
import Postgres
import Providers
import Store
import Support
import Testing
import Web

@testable import Media

@Suite struct MediaTests {
    private func withFile(
        _ url: String, _ type: String, _ body: (TestAPI, Visitor, MessageID) async throws -> Void
    ) async throws {
        try await TestAPI.with { api in
            let alice = try await api.signUp("alice")
            let thread = try await api.seedConversation(in: alice.organization)
            let media = #"[{"url": "\#(url)", "content_type": "\#(type)"}]"#
            try await api.db.owner.query("update parley.messages set media = \(media) where id = \(thread.message)")
            try await body(api, alice, thread.message)
        }
    }

    @Test func aPictureIsShownInASandbox() async throws {
        try await withFile("https://twilio/photo.jpg", "image/jpeg") { api, alice, message in
            let answer = try await api.call("GET /api/v1/messages/\(message)/media/0", as: alice)
            #expect(answer.status == 200)
            #expect(answer.text == "bytes of https://twilio/photo.jpg")
            #expect(answer.response.headers["content-type"] == "image/jpeg")
            #expect(answer.response.headers["content-disposition"] == "inline")
            #expect(answer.response.headers["content-security-policy"]?.contains("sandbox") == true)
        }
    }

    @Test(arguments: ["image/svg+xml", "text/html", "application/javascript", "text/xml"])
    func whatABrowserWouldRunIsADownload(_ type: String) async throws {
        try await withFile("https://twilio/page", type) { api, alice, message in
            let answer = try await api.call("GET /api/v1/messages/\(message)/media/0", as: alice)
            #expect(answer.status == 200)
            #expect(answer.response.headers["content-type"] == "application/octet-stream")
            #expect(answer.response.headers["content-disposition"] == "attachment")
        }
    }

    @Test(arguments: [("gone", 410), ("huge", 413), ("elsewhere", 502), ("busy", 503)])
    func everyFailureIsNamed(_ what: String, _ status: Int) async throws {
        try await withFile("https://twilio/\(what)", "image/png") { api, alice, message in
            let answer = try await api.call("GET /api/v1/messages/\(message)/media/0", as: alice)
            #expect(answer.status == status)
        }
    }

    @Test func aFileThatIsNotThereIsNotFound() async throws {
        try await withFile("https://twilio/photo.jpg", "image/jpeg") { api, alice, message in
            let bob = try await api.signUp("bob")
            for (path, visitor) in [("0", bob), ("1", alice), ("-1", alice), ("x", alice)] {
                let answer = try await api.call("GET /api/v1/messages/\(message)/media/\(path)", as: visitor)
                #expect(answer.status == 404, "\(path)")
            }
        }
    }
}

extension MediaTests {
    /// Twilio's file store: the URL's last part says how it behaves.
    @Sendable static func file(_ media: MediaReference) async throws(TwilioMediaError) -> TwilioFile {
        switch media.url.split(separator: "/").last {
        case "gone": throw .gone
        case "elsewhere": throw .notTwilio
        case "busy": throw .retry
        case "huge":
            return TwilioFile(
                contentType: media.contentType, bytes: [UInt8](repeating: 0, count: FetchedFile.limit + 1))
        default: return TwilioFile(contentType: media.contentType, bytes: Array("bytes of \(media.url)".utf8))
        }
    }
}
