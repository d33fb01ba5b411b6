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

    /// Contacts who go by an address of a channel's kind, or by its number in another spelling or on another channel: an expression
    /// for `in`.
    package static func people(at address: String, kind: ChannelKind, of organization: OrganizationID) -> Query {
        """
        (select contact_id from contact_addresses
            where organization_id = \(organization) and kind = \(kind.rawValue) and address = \(address)
        union all
        select contact_id from contact_numbers
            where organization_id = \(organization) and number = \(PersonNumber(address: address)?.e164))
        """
    }
}
