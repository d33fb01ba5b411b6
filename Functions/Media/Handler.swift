import Access
import Domain
import Providers
import Store
import Web
import WhatsAppWire

/// `GET /api/v1/messages/{id}/media/{position}`: a file that came with a message, counted from 0.
///
/// Authenticated by session cookie or bearer token. The provider keeps the file and wants our credentials for it, or our
/// keys to open it, so it is fetched when somebody looks, never while a webhook waits. Foreign bytes: shown only as a
/// picture, a sound, a film or a PDF, sandboxed; everything else is a download.
struct MediaHandler: Sendable {
    /// Bytes. Six megabytes of answer hold four and a half in base64.
    static let limit = 4_500_000

    let inbox: InboxReads
    /// `nil` when no account of Twilio's is configured.
    let twilio: (@Sendable (Domain.MediaReference) async throws(TwilioMediaError) -> TwilioFile)?
    let whatsApp: WhatsAppFiles
    /// Opens what session workers sealed; `nil` when the installation has no keys, and so no WhatsApp Web lines.
    let box: SecretBox?

    func show(_ request: Request, _ caller: Caller) async throws -> Response {
        let id: Domain.MessageID = try request.id("id", of: "message")
        guard let stored = try await inbox.media(of: id, in: caller.organization) else {
            throw Fault.notFound("message")
        }
        guard let position = request.pathParameters["position"].flatMap({ Int($0) }),
            stored.files.indices.contains(position)
        else { throw Fault.notFound("file") }
        let file = stored.files[position]
        if stored.kind == .whatsappTwilio, let twilio { return try await show(file, from: twilio) }
        if stored.kind == .whatsappWeb, let box, let key = LineKey(fileAt: file.url) {
            return try await show(key, of: stored, box, caller.organization)
        }
        throw Fault.noSource
    }

    private func show(
        _ file: Domain.MediaReference,
        from twilio: @Sendable (Domain.MediaReference) async throws(TwilioMediaError) -> TwilioFile
    ) async throws -> Response {
        do {
            let fetched = try await twilio(file)
            return try answer(fetched.bytes, fetched.contentType)
        } catch let error as TwilioMediaError {
            throw Fault(error)
        }
    }

    /// What opens the file is the line's, and goes with it.
    private func show(
        _ key: LineKey, of stored: StoredMedia, _ box: SecretBox, _ organization: OrganizationID
    ) async throws -> Response {
        guard !stored.isLineDeleted else { throw Fault.lineDeleted }
        guard let kept = try await inbox.sealed(key, of: stored.channel, in: organization, box: box),
            case .media(let file) = try? ReceivedMessage(kept).body
        else { throw Fault.notKept }
        do {
            return try answer(try await whatsApp.download(file, limit: Self.limit), file.mimeType)
        } catch let error as WhatsAppFileError {
            throw Fault(error)
        }
    }

    private func answer(_ bytes: [UInt8], _ contentType: String) throws(Fault) -> Response {
        guard bytes.count <= Self.limit else { throw Fault.fileTooLarge }
        let shown = ShownType(contentType)
        var response = Response(status: 200, body: bytes)
        response.headers.add("content-type", shown?.name ?? "application/octet-stream")
        response.headers.add("content-disposition", shown == nil ? "attachment" : "inline")
        response.headers.add("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
        response.headers.add("cache-control", "private, max-age=3600, immutable")
        return response
    }
}

extension MediaHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        routes.member("GET /api/v1/messages/{id}/media/{position}", show)
        return routes.router
    }
}
