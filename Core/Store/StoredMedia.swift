package import Domain
package import Postgres

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
        return try rows[0].first.flatMap { row in
            let kind: String = try row["kind"]
            return ChannelKind(rawValue: kind).map { StoredMedia(kind: $0, files: try row.json("media")) }
        }
    }
}
