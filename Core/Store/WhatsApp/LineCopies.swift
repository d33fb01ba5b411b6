package import Domain
package import FoundationEssentials
package import Postgres

/// A copy of a message that left, for devices that ask for it again.
package struct SentCopy: Sendable, Equatable {
    package var messageID: String
    /// JID text.
    package var chat: String
    package var type: String
    package var mediaType: String?
    package var edit: String?
    package var hidesFailure: Bool
    package var pollType: String?
    /// Serialised, as it was before encryption.
    package var content: [UInt8]
    /// How often it was handed to the socket.
    package var sends: Int

    package init(
        messageID: String, chat: String, type: String, mediaType: String?, edit: String?, hidesFailure: Bool,
        pollType: String?, content: [UInt8], sends: Int = 1
    ) {
        self.messageID = messageID
        self.chat = chat
        self.type = type
        self.mediaType = mediaType
        self.edit = edit
        self.hidesFailure = hidesFailure
        self.pollType = pollType
        self.content = content
        self.sends = sends
    }
}

extension LineKeys {
    package func copy(_ messageID: String, of channel: ChannelID) -> Query {
        """
        select message_id, chat, type, media_type, edit, hides_failure, poll_type, key_id, sealed, sends
        from whatsapp_sent where channel_id = \(channel) and message_id = \(messageID)
        """
    }

    package func opened(_ row: Row) throws -> SentCopy {
        let id: String = try row["message_id"]
        return SentCopy(
            messageID: id, chat: try row["chat"], type: try row["type"], mediaType: try row["media_type"],
            edit: try row["edit"], hidesFailure: try row["hides_failure"], pollType: try row["poll_type"],
            content: try open(SealedSecret(keyID: row["key_id"], bytes: row["sealed"]), "whatsapp_sent", id),
            sends: try row["sends"])
    }

    /// The copy, and on our message's row the id under which it leaves: in the transaction of the ratchet step. Handed over
    /// again under the same id it counts another send.
    package func keep(_ copy: SentCopy, for message: MessageID?, of line: HeldLine, at now: Date) throws -> [Query] {
        let sealed = try seal(copy.content, "whatsapp_sent", copy.messageID)
        let kept: Query = """
            insert into whatsapp_sent (organization_id, channel_id, message_id, chat, type, media_type, edit, hides_failure,
                poll_type, key_id, sealed, created_at)
            values (\(line.organization), \(line.channel), \(copy.messageID), \(copy.chat), \(copy.type), \(copy.mediaType),
                \(copy.edit), \(copy.hidesFailure), \(copy.pollType), \(sealed.keyID), \(sealed.bytes), \(now))
            on conflict (organization_id, channel_id, message_id) do update set sends = whatsapp_sent.sends + 1
            """
        guard let message else { return [kept] }
        return [
            kept,
            """
            update messages set provider_message_id = \(copy.messageID)
            where id = \(message) and provider_message_id is null
            """,
        ]
    }
}

extension Query {
    /// One row, `count`: the times so far, this one included.
    package static func countRetry(
        of messageID: String, device: String = "", on line: HeldLine, at now: Date
    ) -> Query {
        """
        insert into whatsapp_retries (organization_id, channel_id, message_id, device, count, at)
        values (\(line.organization), \(line.channel), \(messageID.cut(to: 200)), \(device), 1, \(now))
        on conflict (organization_id, channel_id, message_id, device) do update set count = whatsapp_retries.count + 1, at = excluded.at
        returning count
        """
    }

    /// One row or none, `count` and `age`, real seconds since the last.
    package static func retries(of messageID: String, device: String = "", on line: HeldLine, at now: Date) -> Query {
        """
        select count, extract(epoch from \(now)::timestamptz - at)::float8 as age from whatsapp_retries
        where channel_id = \(line.channel) and message_id = \(messageID.cut(to: 200)) and device = \(device)
        """
    }
}
