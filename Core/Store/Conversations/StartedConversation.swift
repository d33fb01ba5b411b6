package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// The person's thread with one of our addresses, whatever spelling of their number it goes by; made when there is none
    /// (`Functions/people.sql`). One row, `id`.
    package static func startConversation(
        with remote: String, at local: String, on channel: ChannelID, kind: ChannelKind, ids: InboundIDs, at now: Date
    ) -> Query {
        let numbers = [PersonNumber(address: remote)?.e164].compactMap(\.self)
        return """
            select start_conversation(
                row(\(kind.rawValue), \(local), \(remote), null, null, null, null, null, null, null, null, false, null)::inbound_message,
                row(\(ids.message), \(ids.contact), \(ids.conversation), \(ids.turn), \(ids.job))::inbound_ids,
                row(\(array: numbers)::text[], '{}', true)::inbound_sender, \(channel), \(now)) as id
            """
    }

    /// The chat with a person that goes on: the one used last with whoever has an address of the channel's kind, or its number in
    /// another spelling or on another channel. One row, `id`, or none.
    package static func chat(
        with remote: String, at local: String, on channel: ChannelID, kind: ChannelKind, of organization: OrganizationID
    ) -> Query {
        chats(with: remote, at: local, on: channel, kind: kind, of: organization)
            .appending(" order by last_message_at desc, id desc limit 1")
    }

    /// The same on a line that is linked by scanning, which knows more names of the number: its own address and the hidden id. One
    /// that goes on under the hidden id comes first.
    package static func linkedChat(
        with number: PhoneNumber, at local: String, on channel: ChannelID, of organization: OrganizationID
    ) -> Query {
        let named: Query = """
            select id, remote_address, last_message_at from conversations
            where organization_id = \(organization) and channel_id = \(channel) and local_address = \(local) and not is_group
                and remote_address =
            """
        return Query("select id from (").appending(named).appending("\(number.jid)")
            .appending(" union all ").appending(named)
            .appending(
                """
                (select lid || '@lid' from whatsapp_people
                    where channel_id = \(channel) and phone_number = \(number.digits) limit 1)
                """
            ).appending(" union all ")
            .appending(chats(with: number.jid, at: local, on: channel, kind: .whatsappWeb, of: organization))
            .appending(
                """
                ) as chats
                order by remote_address = \(number.jid), last_message_at desc, id desc
                limit 1
                """)
    }

    /// First whoever it is, then which of their chats: a person has few, and a line's are never read one by one.
    private static func chats(
        with remote: String, at local: String, on channel: ChannelID, kind: ChannelKind, of organization: OrganizationID
    ) -> Query {
        """
        select id, remote_address, last_message_at from (
            select * from conversations where contact_id = any (array(
                select contact_id from contact_addresses
                where organization_id = \(organization) and kind = \(kind.rawValue) and address = \(remote)
                union all
                select contact_id from contact_numbers
                where organization_id = \(organization) and number = \(PersonNumber(address: remote)?.e164)))
            offset 0) as theirs
        where channel_id = \(channel) and local_address = \(local) and not is_group
        """
    }
}
