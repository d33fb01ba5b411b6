package import Domain
import Postgres

/// The files of one message, as its provider named them.
package struct StoredMedia: Sendable, Equatable {
    package let kind: ChannelKind
    package let files: [MediaReference]
}

extension InboxReads {
    /// `nil` when the organization has no such message.
    package func media(of message: MessageID, in organization: OrganizationID) async throws -> StoredMedia? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select c.kind, m.media from messages m join channels c on c.id = m.channel_id
                where m.id = \(message) and m.organization_id = \(organization)
                """
            ])
        guard let row = rows[0].first, let kind = ChannelKind(rawValue: try row["kind"]) else { return nil }
        return StoredMedia(kind: kind, files: try row.json("media"))
    }
}
