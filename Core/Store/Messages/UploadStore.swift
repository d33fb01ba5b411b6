package import Domain
package import FoundationEssentials
package import Postgres

/// Files that people upload to send them.
package struct UploadStore: Sendable {
    /// Bytes of one file: what fits into one request of a function, with base64 around it.
    package static let largest = 4 << 20
    /// Bytes and files of one organization at a time.
    static let room = 100 << 20
    static let most = 500
    /// Seconds a file is kept after its upload, and after it was last used.
    package static let lifetime = 24.0 * 3600

    /// Bytes of one piece: as text they are twice as many.
    private static let pieceLength = 1 << 18

    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// False when the organization has no room. The same id again is the same file.
    package func keep(_ upload: Upload, of organization: OrganizationID, by user: UserID, at now: Date) async throws
        -> Bool
    {
        let answers = try await database.pipeline(
            for: organization,
            [
                "delete from uploads where organization_id = \(organization) and expires_at <= \(now)",
                """
                insert into uploads (id, organization_id, user_id, content_type, filename, bytes, created_at, expires_at)
                select \(upload.id), \(organization), \(user), \(upload.contentType), \(upload.filename), \(upload.bytes),
                    \(now), \(now.addingTimeInterval(Self.lifetime))
                where (select coalesce(sum(size), 0) + \(upload.bytes.count) <= \(Self.room) and count(*) < \(Self.most)
                    from uploads where organization_id = \(organization))
                on conflict (organization_id, id) do nothing
                """,
                "select id from uploads where id = \(upload.id)",
            ])
        return !answers[2].isEmpty
    }

    /// What it is, without its bytes; from now on it is kept for another day.
    package func use(_ id: UploadID, of organization: OrganizationID, at now: Date) async throws -> Upload? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                update uploads set expires_at = \(now.addingTimeInterval(Self.lifetime))
                where id = \(id) and expires_at > \(now)
                returning id, content_type, filename, ''::bytea as bytes
                """
            ])
        return try rows[0].first.map(Upload.init(row:))
    }

    package func read(_ id: UploadID, of organization: OrganizationID, at now: Date) async throws -> Upload? {
        let rows = try await database.pipeline(
            for: organization,
            ["select id, content_type, filename, bytes from uploads where id = \(id) and expires_at > \(now)"])
        return try rows[0].first.map(Upload.init(row:))
    }

    /// A part of the file's bytes, none behind its end; `nil` when there is no such file (any more).
    package func piece(
        of id: UploadID, at offset: Int, of organization: OrganizationID, now: Date
    ) async throws -> Data? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select substring(bytes from \(offset + 1)::integer for \(Self.pieceLength)::integer) as piece from uploads
                where id = \(id) and expires_at > \(now)
                """
            ])
        return try rows[0].first.map { try $0["piece"] }
    }
}

package struct Upload: Sendable, Equatable {
    package var id: UploadID
    package var contentType: String
    package var filename: String
    package var bytes: Data

    package init(id: UploadID, contentType: String, filename: String, bytes: Data) {
        self.id = id
        self.contentType = contentType
        self.filename = filename
        self.bytes = bytes
    }

    init(row: Row) throws {
        id = try row["id"]
        contentType = try row["content_type"]
        filename = try row["filename"]
        bytes = try row["bytes"]
    }
}

extension MediaReference {
    private static let uploadScheme = "upload:"

    /// A file of `uploads`, for processes that read the database themselves.
    package init(upload: Upload) {
        self.init(url: Self.uploadScheme + upload.id.text, contentType: upload.contentType)
    }

    /// The upload that it names; `nil` for an address on the network.
    package var upload: UploadID? {
        url.hasPrefix(Self.uploadScheme) ? UploadID(url.dropFirst(Self.uploadScheme.count)) : nil
    }
}
