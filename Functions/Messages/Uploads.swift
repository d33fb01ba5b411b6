import Access
import Domain
import FoundationEssentials
import Store
import Web

/// Files to send: uploaded as the body of a request with their own content type, kept for a day.
extension MessagesHandler {
    /// `?filename=menu.pdf`; answers with the id that `/send/media` takes.
    func upload(_ request: Request, _ caller: Caller) async throws -> Response {
        let name = try checkedText(
            try request.query(knowing: ["filename"])["filename"] ?? "", field: "filename", 0...255)
        let type = try checkedContentType(request.headers["content-type"], field: "content-type")
        guard !request.body.isEmpty else { throw Fault.malformed("The body is the file; it is empty.") }
        guard request.body.count <= UploadStore.largest else { throw Fault.tooLarge }
        let now = clock.now()
        return try await writes.once(request, user: caller.user, organization: caller.organization) { subject in
            let upload = Upload(
                id: UploadID(subject), contentType: type, filename: name, bytes: Data(request.body))
            guard try await uploads.keep(upload, of: caller.organization, by: caller.user, at: now) else {
                throw Fault.conflict(
                    "uploads-full", "There is no room for more files; those that were sent go after a day.")
            }
            return .value(
                [
                    "id": .string(upload.id.text), "content_type": .string(type), "filename": .string(name),
                    "size": .integer(request.body.count),
                    "expires_at": .time(now.addingTimeInterval(UploadStore.lifetime)),
                ], status: 201)
        }
    }

    /// For providers, which have no session: the signature in the address is the permission.
    func file(_ request: Request) async throws -> Response {
        guard let place = links.place(request.pathParameters["token"] ?? ""),
            let upload = try await uploads.read(place.upload, of: place.organization, at: clock.now())
        else { throw Fault.notFound("file") }
        return Response(
            status: 200,
            headers: Headers([
                ("content-type", upload.contentType), ("cache-control", "private, no-store"),
                // Never a page of ours, whatever it says it is.
                ("content-disposition", "attachment"), ("content-security-policy", "sandbox; default-src 'none'"),
            ]),
            body: [UInt8](upload.bytes))
    }
}

/// Addresses under which a provider fetches an upload: signed, for a day.
struct UploadLinks: Sendable {
    private static let purpose = "upload"
    let states: SignedState
    let publicURL: String

    func url(of upload: UploadID, in organization: OrganizationID) -> String {
        let token = states.sign(
            "\(organization.text) \(upload.text)", purpose: Self.purpose, lifetime: UploadStore.lifetime)
        return "\(publicURL)/api/v1/files/\(token)"
    }

    func place(_ token: String) -> (organization: OrganizationID, upload: UploadID)? {
        let parts = states.verify(token, purpose: Self.purpose)?.payload.split(separator: " ") ?? []
        guard parts.count == 2, let organization = OrganizationID(parts[0]), let upload = UploadID(parts[1]) else {
            return nil
        }
        return (organization, upload)
    }
}
