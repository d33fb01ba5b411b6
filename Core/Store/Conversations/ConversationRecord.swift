package import Domain
package import FoundationEssentials
package import Postgres

/// A conversation's row with what the road needs of its channel.
package struct ConversationRecord: Sendable, Equatable {
    package enum Status: String, Sendable, Codable, CaseIterable {
        case open, pending, snoozed, resolved
    }

    package let id: ConversationID
    package let organization: OrganizationID
    package let channel: ChannelID
    package let kind: ChannelKind
    package let contact: ContactID
    package let remoteAddress: String
    package let localAddress: String
    package let isGroup: Bool
    package let status: Status
    package var ownership: Ownership
    package let lastInboundAt: Date?
    package let isOptedOut: Bool
}

extension Query {
    /// The conversation, locked until the transaction ends: everything that decides about it waits (`Functions/people.sql`). One row;
    /// none when the organization has no such one.
    /// - Parameter withContact: for who may change the contact afterwards (`setOptOut`): in the order of locks it comes first.
    package static func lock(_ conversation: ConversationID, withContact: Bool = false) -> Query {
        "select * from lock_conversation(\(conversation), \(withContact))"
    }

    /// Writes who answers from now on, with its event. `status`: `nil` leaves it.
    package static func give(
        _ conversation: ConversationID, to ownership: Ownership, status: ConversationRecord.Status? = nil, at now: Date
    ) -> Query {
        """
        with given as (
            update conversations
            set owner = \(ownership.owner.rawValue), owner_user_id = \(ownership.user), epoch = \(ownership.epoch)::int,
                status = coalesce(\(status?.rawValue), status)
            where id = \(conversation)
            returning id, organization_id, owner, owner_user_id, epoch, status
        )
        insert into events (organization_id, type, subject_id, data, at)
        select organization_id, 'conversation.owner', id,
            jsonb_build_object('owner', owner, 'user_id', owner_user_id, 'epoch', epoch, 'status', status), \(now)
        from given
        """
    }

    package static func setStatus(_ conversation: ConversationID, _ status: ConversationRecord.Status, at now: Date)
        -> Query
    {
        """
        with changed as (
            update conversations set status = \(status.rawValue)
            where id = \(conversation) and status <> \(status.rawValue)
            returning id, organization_id, status
        )
        insert into events (organization_id, type, subject_id, data, at)
        select organization_id, 'conversation.status', id, jsonb_build_object('status', status), \(now) from changed
        """
    }

    /// STOP (`at` the time) and START (`nil`) of the person who writes there: two contacts may have turned out to be one since the
    /// conversation was read, or while this waits. Who holds the conversation locked it `withContact`.
    package static func setOptOut(in conversation: ConversationID, at: Date?, now: Date) -> Query {
        "select set_opt_out(\(conversation), \(at), \(now))"
    }
}

extension ConversationRecord {
    package init(_ row: Row) throws(PostgresError) {
        id = try row["id"]
        organization = try row["organization_id"]
        channel = try row["channel_id"]
        kind = try row.value("kind")
        contact = try row["contact_id"]
        remoteAddress = try row["remote_address"]
        localAddress = try row["local_address"]
        isGroup = try row["is_group"]
        status = try row.value("status")
        ownership = Ownership(owner: try row.value("owner"), user: try row["owner_user_id"], epoch: try row["epoch"])
        lastInboundAt = try row["last_inbound_at"]
        isOptedOut = try row["opted_out"]
    }
}

extension Row {
    /// A column that holds one of an enum's words.
    package func value<Value: RawRepresentable<String>>(_ name: String) throws(PostgresError) -> Value {
        let text: String = try self[name]
        guard let value = Value(rawValue: text) else { throw .decoding("column \(name) is no \(Value.self)") }
        return value
    }

    /// A column of JSON.
    func json<Value: Decodable>(_ name: String) throws(PostgresError) -> Value {
        let text: String = try self[name]
        do {
            return try JSONDecoder().decode(Value.self, from: Data(text.utf8))
        } catch {
            throw .decoding("column \(name) is no \(Value.self)")
        }
    }
}
