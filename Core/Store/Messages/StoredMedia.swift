package import Domain
import Postgres

/// The files of one message, as its provider named them.
package struct StoredMedia: Sendable, Equatable {
    package let channel: ChannelID
    package let kind: ChannelKind
    package let isLineDeleted: Bool
    package let files: [MediaReference]
}

extension InboxReads {
    /// `nil` when the organization has no such message.
    package func media(of message: MessageID, in organization: OrganizationID) async throws -> StoredMedia? {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select c.id, c.kind, c.deleted_at is not null as is_deleted, m.media from messages m join channels c on c.id = m.channel_id
                where m.id = \(message) and m.organization_id = \(organization)
                """
            ])
        guard let row = rows[0].first, let kind = ChannelKind(rawValue: try row["kind"]) else { return nil }
        return StoredMedia(
            channel: try row["id"], kind: kind, isLineDeleted: try row["is_deleted"], files: try row.json("media"))
    }

    /// What the worker of a WhatsApp Web line sealed under a key; `nil` when it is not kept (any more).
    package func sealed(
        _ key: LineKey, of channel: ChannelID, in organization: OrganizationID, box: SecretBox
    ) async throws -> [UInt8]? {
        let keys = LineKeys(readingOf: channel, in: organization, box: box)
        return try keys.opened(try await database.pipeline(for: organization, [keys.load([key])])[0])[key]
    }
}
