package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// A message that asks for no answer (`Functions/inbox.sql`): one row, `is_new`, `conversation_id`, `message_id`.
    ///
    /// - Parameters:
    ///   - author: `.user` for what the business itself wrote on the phone.
    ///   - isNews: false for what was imported: no event, and its own time.
    package static func keep(
        _ message: InboundMessage, ids: InboundIDs, on line: HeldLine, author: KeptAuthor, isNews: Bool, at now: Date
    ) throws -> Query {
        let message = message.storable
        return """
            select is_new, conversation_id, message_id from keep_message(
                row(\(message.kind.rawValue), \(message.localAddress), \(message.remoteAddress), \(message.providerMessageID),
                    \(message.contactName), \(message.type.rawValue), \(message.text), \(try json(message.media)),
                    \(message.providerKeyword), \(message.choice), \(message.writtenAt),
                    \(message.isGroup), \(array: message.authorNames)::text[])::inbound_message,
                row(\(ids.message), \(ids.contact), \(ids.conversation), \(ids.turn), \(ids.job))::inbound_ids,
                \(line.channel), \(author.rawValue), \(isNews), \(now),
                row(\(array: message.numbers)::text[], \(array: message.aliases)::text[], true)::inbound_sender)
            """
    }

    /// The customer changed or took back what they had written. A row when it was there.
    /// - Parameters:
    ///   - authors: all names of whoever asks for it: in a group, only the author may.
    ///   - address: of the chat.
    package static func rewrite(
        _ providerMessageID: String, by authors: [String], in address: String, to text: String, type: String,
        on line: HeldLine, at now: Date
    ) -> Query {
        """
        with changed as (
            update messages set body = \(text), media = case \(type)::text when 'revoked' then '[]' else media end
            from message_keys key, conversations thread
            where key.channel_id = \(line.channel) and key.provider_message_id = \(providerMessageID)
                and (key.author = any (\(array: authors)::text[]) or (key.author = '' and not thread.is_group))
                and messages.id = key.message_id and direction = 'inbound' and thread.id = messages.conversation_id
                and thread.remote_address = \(address)
            returning messages.organization_id, messages.id, conversation_id
        )
        insert into events (organization_id, type, subject_id, data, at)
        select organization_id, 'message.' || \(type)::text, id, jsonb_build_object('conversation_id', conversation_id), \(now)
        from changed
        returning subject_id
        """
    }

    /// Provider ids of what the customer wrote since our last message, oldest first: to be marked as read.
    package static func unread(in conversation: ConversationID) -> Query {
        """
        select provider_message_id from messages
        where conversation_id = \(conversation) and direction = 'inbound' and provider_message_id is not null
            and created_at > coalesce((
                select max(created_at) from messages
                where conversation_id = \(conversation) and direction = 'outbound' and status in ('sent', 'delivered', 'read')),
                '-infinity')
        order by created_at, id limit 50
        """
    }

    /// The chat and provider id of one of the line's own rows.
    package static func reference(to message: MessageID, on line: HeldLine) -> Query {
        """
        select provider_message_id, direction, body, remote_address from messages
        join conversations on conversations.id = conversation_id
        where messages.id = \(message) and messages.channel_id = \(line.channel) and provider_message_id is not null
        """
    }
}

package enum KeptAuthor: String, Sendable {
    case contact, user
}
