package import Domain
package import FoundationEssentials
import Postgres

/// What goes with a line that is deleted.
package struct LineCascade: Sendable, Equatable {
    /// They stay readable; nobody can answer in them any more.
    package var conversations: Int
    /// Withdrawn.
    package var queuedMessages: Int
    /// A phone is linked: the session worker logs out and wipes its keys.
    package var isLinked: Bool
    /// Another channel becomes the primary one.
    package var isPrimary: Bool
}

extension ChannelStore {
    package func cascade(_ id: ChannelID, of organization: OrganizationID) async throws -> LineCascade? {
        try await database.pipeline(for: organization, [Self.cascade(id)])[0].first.map(LineCascade.init(row:))
    }

    /// Closes the line, withdraws what it had not sent, and asks the session worker to log out. Repeated: `nil`.
    /// - Throws: `ChannelStoreError.providerNumber` for a number of a provider: it is released, not deleted.
    package func delete(_ id: ChannelID, of organization: OrganizationID, at now: Date) async throws -> LineCascade? {
        try await database.transaction(for: organization) { connection in
            // In the order of locks: the worker that holds the line comes from there. The organization's, because who deletes
            // two lines at once would make one of them the primary one.
            let locked = try await connection.pipeline([
                "select from organizations where id = \(organization) for no key update",
                "select from whatsapp_lines where channel_id = \(id) for no key update",
                "select kind from channels where id = \(id) and deleted_at is null for no key update",
            ])
            guard let row = locked[2].first else { return nil }
            guard try row["kind"] == ChannelKind.whatsappWeb.rawValue else { throw ChannelStoreError.providerNumber }
            let answers = try await connection.pipeline(
                [Self.cascade(id), .ask(.logOut, of: id, at: now)] + Query.deletingChannel(id, at: now)
                    + [.promoteChannel(of: organization, at: now)])
            return try answers[0].first.map(LineCascade.init(row:))
        }
    }

    private static func cascade(_ id: ChannelID) -> Query {
        """
        select c.is_primary, l.jid is not null as is_linked,
            (select count(*) from conversations t where t.channel_id = c.id) as conversations,
            (select count(*) from conversations t join messages m on m.conversation_id = t.id
                where t.channel_id = c.id and m.status = 'queued') as queued
        from \(unescaped: ChannelView.tables) where c.id = \(id) and \(unescaped: ChannelView.isWhatsApp)
        """
    }
}

extension Query {
    /// Closes a channel and withdraws what it had not sent. In a transaction that holds the organization and the channel, and
    /// asked its line to log out; `promoteChannel` afterwards.
    static func deletingChannel(_ id: ChannelID, at now: Date) -> [Query] {
        withdrawing(from: id, at: now) + [
            """
            with deleted as (
                update channels set deleted_at = \(now), updated_at = \(now), is_primary = false, status = 'stopped',
                    status_reason = 'The channel was deleted.'
                where id = \(id) and deleted_at is null returning id, organization_id
            )
            insert into events (organization_id, type, subject_id, at)
            select organization_id, 'channel.deleted', id, \(now) from deleted
            """
        ]
    }

    /// What a channel that ends had not sent is never sent, and counts no longer.
    static func withdrawing(from channel: ChannelID, at now: Date) -> [Query] {
        let cancelling: Query = """
            with cancelled as (
                update messages m set status = 'cancelled', error_reason = 'The channel was deleted.'
                from conversations t
                where t.channel_id = \(channel) and m.conversation_id = t.id and m.status = 'queued'
                returning m.id, m.organization_id
            )
            """
        return [
            // In the order of locks: whoever queues or sends in a conversation holds it, and may want these messages next.
            """
            select from conversations t where t.channel_id = \(channel) and exists (
                select from messages m where m.conversation_id = t.id and m.status = 'queued')
            order by t.id for no key update
            """,
            cancelling.appending(uncounting("cancelled", at: now)).appending(
                """

                insert into message_statuses (organization_id, message_id, status, at)
                select organization_id, id, 'cancelled', \(now) from cancelled
                on conflict (organization_id, message_id, status) do nothing
                """),
        ]
    }

    /// There is always one primary channel while there are channels: after one went, the oldest of the others. In a transaction
    /// that holds the organization.
    static func promoteChannel(of organization: OrganizationID, at now: Date) -> Query {
        """
        update channels c set is_primary = true, updated_at = \(now)
        where c.id = (select o.id from channels o where o.organization_id = \(organization) and o.deleted_at is null
                order by o.created_at, o.id limit 1)
            and not exists (select from channels p where p.organization_id = \(organization) and p.is_primary
                and p.deleted_at is null)
        """
    }
}

extension LineCascade {
    init(row: Row) throws {
        conversations = try row["conversations"]
        queuedMessages = try row["queued"]
        isLinked = try row["is_linked"]
        isPrimary = try row["is_primary"]
    }
}
