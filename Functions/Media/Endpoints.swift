import API
import Access
import Domain
import Store
import Web

/// Shows the files that customers sent.
let endpoints: [Endpoint] = [.showFile]

extension Endpoint {
    /// The provider keeps the file and wants our credentials for it, or our keys to open it, so it is fetched when somebody
    /// looks, never while a webhook waits.
    static let showFile = Endpoint(
        .get, "/api/v1/messages/{id}/media/{position}", "A file that came with a message, counted from 0.",
        for: .member(.viewer, scope: KeyScope(.messages, .read)), path: ["position": .count], answers: .bytes("*/*"),
        faults: DocumentedFault.files, limits: .downloading
    ) { call in
        let stored = try await call.inbox.media(of: call.id(of: "message"), in: call.organization).found("message")
        let file = try stored.file(at: call.path("position")).found("file")
        return try await call.api.part(MediaSources.init).fetch(file, of: stored, in: call.organization, call.inbox)
            .shown()
    }
}
