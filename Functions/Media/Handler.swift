import Access
import Domain
import Providers
import Store
import Web

/// `GET /api/v1/messages/{id}/media/{position}`: a file that came with a message, counted from 0.
///
/// Authenticated by session cookie or bearer token. The provider keeps the file and wants our credentials for it, so it is
/// fetched when somebody looks, never while a webhook waits. Foreign bytes: shown only as a picture, a sound, a film or a
/// PDF, sandboxed; everything else is a download.
struct MediaHandler: Sendable {
    /// Bytes. Six megabytes of answer hold four and a half in base64.
    static let limit = 4_500_000

    let inbox: InboxReads
    let download: (@Sendable (MediaReference) async throws(TwilioMediaError) -> TwilioFile)?

    func show(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: MessageID = try request.id("id", of: "message")
        guard let stored = try await inbox.media(of: id, in: caller.organization) else {
            throw Fault.notFound("message")
        }
        guard let position = request.pathParameters["position"].flatMap({ Int($0) }),
            stored.files.indices.contains(position)
        else { throw Fault.notFound("file") }
        guard stored.kind == .whatsappTwilio, let download else {
            throw Fault(status: 404, code: "not-kept", detail: "Files of this kind of line are not kept here.")
        }
        do {
            return try answer(await download(stored.files[position]))
        } catch let error as TwilioMediaError {
            throw Fault(error)
        }
    }

    private func answer(_ file: TwilioFile) throws(Fault) -> Response {
        guard file.bytes.count <= Self.limit else {
            throw Fault(status: 413, code: "file-too-large", detail: "The file is larger than 4.5 MB.")
        }
        let isShown = Self.isHarmless(file.contentType)
        var response = Response(status: 200, body: file.bytes)
        response.headers.add("content-type", isShown ? file.contentType : "application/octet-stream")
        response.headers.add("content-disposition", isShown ? "inline" : "attachment")
        response.headers.add("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
        response.headers.add("cache-control", "private, max-age=3600, immutable")
        return response
    }

    /// What a browser shows without running anything. SVG is a program.
    static func isHarmless(_ contentType: String) -> Bool {
        let family = contentType.prefix { $0 != "/" }
        return contentType == "application/pdf"
            || ["audio", "image", "video"].contains(family) && !contentType.contains("svg")
    }
}

extension MediaHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        routes.member("GET /api/v1/messages/{id}/media/{position}", show)
        return routes.router
    }
}

extension Fault {
    init(_ error: TwilioMediaError) {
        switch error {
        case .gone: self.init(status: 410, code: "gone", detail: error.description)
        case .tooLarge: self.init(status: 413, code: "file-too-large", detail: error.description)
        case .notTwilio, .refused: self.init(status: 502, code: "provider", detail: error.description)
        case .retry: self.init(status: 503, code: "unavailable", detail: error.description, retryAfter: 5)
        }
    }
}
