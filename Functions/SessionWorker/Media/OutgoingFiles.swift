import Domain
import FoundationEssentials
import Outbound
import Postgres
import Store

/// Files that somebody wants to send, read piece by piece: uploaded to us, or at an address.
struct OutgoingFiles: Sendable {
    let database: Database
    let organization: OrganizationID
    let clock: WallClock
    let http: HTTPClient

    /// Real seconds in which an address has to give its file.
    static let timeout = 45.0

    /// Bytes that the file has at most.
    static func most(_ file: Domain.MediaReference) -> Int {
        file.upload == nil ? MediaTransfer.mostBytes : UploadStore.largest
    }

    /// - Parameter take: gets the pieces in order; false: no more of them.
    /// - Throws: `FileError.notFound`, `OutboundError`, or an error of the database.
    func read(_ file: Domain.MediaReference, into take: @escaping @Sendable ([UInt8]) -> Bool) async throws {
        if let id = file.upload { return try await read(id, into: take) }
        let response = try await http.send(
            OutboundRequest(
                method: "GET", url: file.url, receive: take, timeout: Self.timeout,
                maximumResponse: MediaTransfer.mostBytes, redirects: 3,
                isAddressForeign: true))
        guard response.status == 200 else { throw FileError.notFound }
        // Clients that know nothing of pieces have the whole of it.
        if !response.body.isEmpty { _ = take(response.body) }
    }

    private func read(_ id: UploadID, into take: @Sendable ([UInt8]) -> Bool) async throws {
        let uploads = UploadStore(database: database)
        var offset = 0
        while true {
            guard let piece = try await uploads.piece(of: id, at: offset, of: organization, now: clock.now()) else {
                throw FileError.notFound
            }
            guard !piece.isEmpty, take([UInt8](piece)) else { return }
            offset += piece.count
        }
    }
}
