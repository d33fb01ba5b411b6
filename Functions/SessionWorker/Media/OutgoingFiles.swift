import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store

/// The bytes of a file that somebody wants to send: uploaded to us, or at an address.
struct OutgoingFiles: Sendable {
    let database: Database
    let organization: OrganizationID
    let clock: WallClock
    let http: HTTPClient

    /// Real seconds in which an address has to give its file.
    static let timeout = 45.0

    func bytes(of file: Domain.MediaReference) async throws -> [UInt8] {
        if let id = file.upload {
            let uploads = UploadStore(database: database)
            guard let upload = try await uploads.read(id, of: organization, at: clock.now()) else {
                throw FileError.notFound
            }
            return [UInt8](upload.bytes)
        }
        let response = try await http.send(
            OutboundRequest(
                method: "GET", url: file.url, timeout: Self.timeout, maximumResponse: MediaTransfer.mostBytes,
                redirects: 3, isAddressForeign: true))
        guard response.status == 200, !response.body.isEmpty else { throw FileError.notFound }
        return response.body
    }
}
