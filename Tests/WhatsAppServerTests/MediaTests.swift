import Foundation
import FoundationNetworking
import Support
import Testing
import WhatsAppServer
import WhatsAppWire

@Suite(.timeLimit(.minutes(2))) struct MediaTests {
    private func request(_ method: String, _ url: String, body: [UInt8] = []) async throws -> (
        status: Int, body: [UInt8]
    ) {
        var request = URLRequest(url: try #require(URL(string: url)), timeoutInterval: 20)
        request.httpMethod = method
        if method == "POST" { request.httpBody = Data(body) }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, Array(data))
    }

    @Test func filesBothWays() async throws {
        try await withServer { server in
            let client = MirrorClient(server)
            let line = try await client.link(as: "15550001111")
            let ana = try await server.contact("15552223333")
            let picture = [UInt8](repeating: 0xD8, count: 50_000)
            let id = try await ana.send(
                Draft(file: .init(kind: "image", mimeType: "image/jpeg", data: picture, caption: "Look")), to: line)
            let got = try await client.message { $0.message.id == id }
            guard case .media(let media)? = got.content?.body else {
                Issue.record("not a file")
                return
            }
            #expect(media.caption == "Look" && got.message.type == "media")
            let connection = try MediaConnection(try await client.ask { MediaConnection.query(id: $0) })
            let address = try #require(MediaConnection.downloadURL(host: connection.hosts[0], media: media))
            let file = try await request("GET", address.replacing("https://", with: "http://"))
            let plain = try MediaDecryptor.decrypt(
                file.body, mediaKey: media.mediaKey, kind: .image, digest: media.digest)
            #expect(plain == picture)

            let key = [UInt8](repeating: 3, count: 32)
            let (sealed, digest) = try MediaEncryptor.encrypt(picture, mediaKey: key, kind: .document)
            let upload = try #require(connection.uploadURL(host: connection.hosts[0], kind: .document, digest: digest))
                .replacing("https://", with: "http://")
            let answer = try await request("POST", upload, body: sealed)
            let place = try JSONDecoder().decode([String: String].self, from: Data(answer.body))
            var reference = EncryptedMedia(
                kind: .document, mimeType: "application/pdf", directPath: try #require(place["direct_path"]),
                mediaKey: key, digest: digest)
            reference.fileName = "offer.pdf"
            let message = try #require(OutgoingMessage.media(reference, timestamp: 1))
            try await client.send(message, to: got.message.chat, id: "DOC")
            let shown = try await server.next(.message) { $0.id == "DOC" }
            #expect(
                shown.file?.size == picture.count && shown.file?.name == "offer.pdf" && shown.file?.sha256.count == 64)
            let opened = await server.file(shown)
            #expect(opened == picture)
        }
    }

    @Test func uploadsThatAreRefused() async throws {
        try await withServer {
            $0.mediaLimits = (file: 1000, total: 1500)
        } _: { server in
            let client = MirrorClient(server)
            _ = try await client.link(as: "15550001111")
            let connection = try MediaConnection(try await client.ask { MediaConnection.query(id: $0) })
            func upload(_ bytes: [UInt8], auth: String? = nil, digest: [UInt8]? = nil) async throws -> (
                status: Int, body: [UInt8]
            ) {
                let token = MediaDigest(
                    sha256: [], encryptedSHA256: digest ?? Digest.sha256(bytes), length: bytes.count
                ).uploadToken
                return try await request(
                    "POST", "\(server.mediaURL)/mms/image/\(token)?auth=\(auth ?? connection.auth)", body: bytes)
            }
            let first = try await upload([UInt8](repeating: 1, count: 900))
            let wrongAuth = try await upload([1, 2], auth: "nobody")
            let wrongName = try await upload([1, 2], digest: [UInt8](repeating: 0, count: 32))
            let tooLarge = try await upload([UInt8](repeating: 2, count: 1001))
            let statuses = [first.status, wrongAuth.status, wrongName.status, tooLarge.status]
            #expect(statuses == [200, 401, 400, 413])
            let path = try #require(
                try JSONDecoder().decode([String: String].self, from: Data(first.body))["direct_path"])
            let kept = try await request("GET", server.mediaURL + path)
            #expect(kept.status == 200)
            _ = try await upload([UInt8](repeating: 3, count: 900))
            let gone = try await request("GET", server.mediaURL + path)
            #expect(gone.status == 404, "the oldest file makes room")
        }
    }
}
