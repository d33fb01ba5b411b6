import Foundation
import NIOCore
import NIOHTTP1
import Support
import Testing
import WhatsAppServer

@testable import LocalRunner

/// A WhatsApp line from creation to logout with the real programs: `parley up`, the functions, the session worker, the
/// event stream, and the WhatsApp test server with a phone that scans the code.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LineUpTests {
    private static let functions = ["Auth", "Channels", "EventStream", "Media", "Messages", "RunJobs", "SessionWorker"]

    private static func declarations() throws -> [String: String] {
        var declarations: [String: String] = [:]
        for name in functions {
            declarations[name] = try String(
                contentsOfFile: "\(ProjectRoot.path)/Functions/\(name)/function.json", encoding: .utf8)
        }
        return declarations
    }

    @Test func aLineIsLinkedWatchedUsedAndDeleted() async throws {
        let server = try await WhatsAppServer.start()
        let environment = [
            "WHATSAPP_WEB_TEST_SERVER": "1", "WHATSAPP_WEB_URL": server.url, "WHATSAPP_WEB_ROOT_KEY": server.rootKey,
        ]
        try await withParley(try Self.declarations(), environment: environment) { parley, _ in
            let owner = try await Owner.signUp(port: await parley.port)
            let stream = try await owner.watch()
            let made = try await owner.call(
                .POST, "/api/accounts", ["name": "Shop", "auto_reply": false], expecting: 201)
            let id = try #require(made["id"] as? String)
            let code = try await owner.waitForCode(of: id)
            let line = try await server.scan(code, as: "15550001111", name: "Corner Shop")
            try await stream.wait("the news of the connection") { $0.text.contains(#""status":"connected""#) }
            let linked = try await owner.call(.GET, "/api/accounts/\(id)")
            #expect(linked["status"] as? String == "connected" && linked["phone_number"] as? String == "+15550001111")
            try await exchange(owner, server, line, id, stream)
            try await lookAtAPicture(owner, server, line, id)
            try await owner.call(.POST, "/api/accounts/\(id)/disconnect", [:], expecting: 202)
            try await stream.wait("the news of the end") { $0.text.contains(#""status":"stopped""#) }
            let stats = try await owner.call(.GET, "/api/v1/devices/\(id)/stats")
            #expect((stats["last_24_hours"] as? [String: Any])?["inbound"] as? Int == 2)
            let deleted = try await owner.call(.DELETE, "/api/accounts/\(id)")
            #expect((deleted["cascade"] as? [String: Any])?["is_linked"] as? Bool == true)
            let goodbye = try await server.next(.unlinked)
            #expect(goodbye.account == "15550001111", "the phone no longer lists the device")
            await stream.close()
        }
        await server.stop()
    }

    /// A customer writes; a person answers with a text, an uploaded file and a poll.
    private func exchange(
        _ owner: Owner, _ server: WhatsAppServer, _ line: Line, _ id: String, _ stream: RawClient
    ) async throws {
        let ana = try await server.contact("15552223333", name: "Ana")
        try await ana.send("Are you open?", to: line)
        try await stream.wait("the news of the message") { $0.text.contains(#""type":"message.received""#) }
        let base: [String: Any] = ["account_id": id, "number": "+1 (555) 222-3333"]
        try await owner.call(
            .POST, "/api/messages/send", base.merging(["message": "Until six."]) { $1 }, expecting: 202)
        let text = try await server.next(.message) { $0.text == "Until six." }
        #expect(text.person == "15552223333")
        let upload = try await owner.call(
            .POST, "/api/v1/uploads?filename=menu.pdf", raw: Array("%PDF-1.4 menu".utf8), type: "application/pdf",
            expecting: 201)
        try await owner.call(
            .POST, "/api/messages/send/media",
            base.merging(["upload_id": try #require(upload["id"]), "caption": "Our menu"]) { $1 }, expecting: 202)
        let file = try await server.next(.message) { $0.type == "document" }
        #expect(await server.file(file) == Array("%PDF-1.4 menu".utf8))
        try await owner.call(
            .POST, "/api/messages/send/poll",
            base.merging(["question": "Which day?", "options": ["Monday", "Tuesday"]]) { $1 }, expecting: 202)
        let poll = try await server.next(.message) { $0.type == "poll" }
        #expect(poll.text?.contains("Which day?") == true)
    }

    /// A customer sends a picture; the owner sees just these bytes.
    private func lookAtAPicture(_ owner: Owner, _ server: WhatsAppServer, _ line: Line, _ id: String) async throws {
        let picture = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let ana = try await server.contact("15552223333", name: "Ana")
        try await ana.send(
            Draft(file: .init(kind: "image", mimeType: "image/jpeg", data: picture, caption: "Look")), to: line)
        let answer = try await owner.look(at: try await owner.waitForMessage("Look", on: id))
        #expect(answer.status == 200)
        #expect(Array(answer.body.readableBytesView) == picture)
        #expect(answer.headers.first(name: "content-type") == "image/jpeg")
        #expect(answer.headers.first(name: "x-content-type-options") == "nosniff")
        #expect(answer.headers.first(name: "content-security-policy")?.contains("sandbox") == true)
    }
}

/// Somebody who signed up, over HTTP.
private struct Owner: Sendable {
    let port: Int
    let token: String

    static func signUp(port: Int) async throws -> Owner {
        let nobody = Owner(port: port, token: "")
        let answer = try await nobody.call(
            .POST, "/api/auth/signup",
            ["email": "ana@example.com", "password": "a long password", "business_name": "Shop"], expecting: 201)
        return Owner(port: port, token: try #require(answer["token"] as? String))
    }

    @discardableResult
    func call(
        _ method: HTTPMethod, _ path: String, _ body: [String: Any]? = nil, raw: [UInt8]? = nil,
        type: String = "application/json", expecting status: Int = 200
    ) async throws -> [String: Any] {
        let bytes = try raw ?? body.map { Array(try JSONSerialization.data(withJSONObject: $0)) } ?? []
        let answer = try await send(method, path, bytes, type)
        #expect(answer.status == status, "\(method) \(path): \(answer.text)")
        return try answer.json()
    }

    private func send(
        _ method: HTTPMethod, _ path: String, _ bytes: [UInt8] = [], _ type: String = "application/json"
    ) async throws -> LocalRequest.Answer {
        var headers = [("content-type", type)]
        if !token.isEmpty { headers.append(("authorization", "Bearer \(token)")) }
        return try await LocalRequest(method: method, path: path, headers: headers, body: ByteBuffer(bytes: bytes))
            .send(port: port)
    }

    /// The stream is there as soon as its process is.
    func watch() async throws -> RawClient {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let stream = try await RawClient.get(
                "/api/v1/events/stream", port: port, headers: [("Authorization", "Bearer \(token)")])
            try await stream.wait("an answer") { $0.text.contains("\r\n\r\n") }
            if await stream.text.hasPrefix("HTTP/1.1 200") {
                try await stream.wait("the opening") { $0.text.contains("retry: ") }
                return stream
            }
            await stream.close()
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestSetupError("there is no stream")
    }

    func look(at message: String) async throws -> LocalRequest.Answer {
        try await send(.GET, "/api/v1/messages/\(message)/media/0")
    }

    /// - Returns: its id.
    func waitForMessage(_ body: String, on line: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let list = try await call(.GET, "/api/accounts/\(line)/messages")
            let items = list["items"] as? [[String: Any]] ?? []
            if let id = items.first(where: { $0["body"] as? String == body })?["id"] as? String { return id }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestSetupError("the message '\(body)' never came")
    }

    func waitForCode(of line: String) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let answer = try await send(.GET, "/api/accounts/\(line)/qr?format=text")
            if answer.status == 200 { return answer.text.trimmingCharacters(in: .whitespacesAndNewlines) }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw TestSetupError("no code appeared: \(try await send(.GET, "/api/accounts/\(line)/qr").text)")
    }
}
