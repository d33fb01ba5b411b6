package import Domain
package import FoundationEssentials
import Postgres

// What a process does to a purchase that it holds. Each step names what the row must be: somebody may have decided meanwhile, or the
// time may have run out and another process gone on.
extension NumberStore {
    /// Takes a purchase that nobody works on, for this process.
    /// - Parameter status: what it becomes; `nil` leaves it.
    /// - Throws: `NumberStoreError.busy`, `.changed`.
    package func hold(
        _ purchase: NumberPurchase, from: [NumberPurchase.Status], as status: NumberPurchase.Status? = nil, at now: Date
    ) async throws -> NumberPurchase {
        try await database.transaction(for: purchase.organization) { connection in
            let rows = try await connection.query(Self.hold(purchase, from: from, to: status, at: now))
            if let row = rows.first { return try NumberPurchase(row: row) }
            throw try await Self.objection(to: purchase, at: now, connection)
        }
    }

    /// - Parameter turning: only from this one does it become another.
    static func hold(
        _ purchase: NumberPurchase, from: [NumberPurchase.Status], turning: NumberPurchase.Status? = nil,
        to status: NumberPurchase.Status?, at now: Date
    ) -> Query {
        """
        update number_purchases
        set status = case when status = coalesce(\(turning?.rawValue), status)
                then coalesce(\(status?.rawValue), status) else status end,
            busy_until = \(now.addingTimeInterval(lease)), updated_at = \(now)
        where id = \(purchase.id) and status = any(\(array: from.map(\.rawValue))::text[])
            and (busy_until is null or busy_until <= \(now))
        returning \(unescaped: columns)
        """
    }

    /// Why `hold` found nothing.
    static func objection(
        to purchase: NumberPurchase, at now: Date, _ connection: Connection
    ) async throws -> NumberStoreError {
        let rows = try await connection.query(
            "select coalesce(busy_until > \(now), false) as is_busy from number_purchases where id = \(purchase.id)")
        return try rows.first?["is_busy"] == true ? .busy : .changed
    }

    /// Marks the purchase bought and opens its channel, in one transaction. The first channel of an organization is its primary. Of an
    /// organization that was deleted meanwhile the number is kept, and no channel is opened.
    /// - Throws: `NumberStoreError.changed`, `.noOrganization`.
    package func bought(
        _ purchase: NumberPurchase, providerID: String, channel: ChannelID, name: String, at now: Date
    ) async throws -> NumberPurchase {
        let held = Self.isHeld(purchase, in: [.requested, .unknown, .kept])
        let answers = try await database.pipeline(
            for: purchase.organization,
            [
                // Two first channels at once would both be the primary one, and a deletion comes before or after.
                Self.holding(purchase),
                Query(
                    """
                    insert into channels (id, organization_id, kind, address, name, status, is_primary, provider_id, created_at,
                        updated_at)
                    select \(channel), \(purchase.organization), 'whatsapp_twilio', \("whatsapp:" + purchase.number), \(name),
                        'connected', not exists (select from channels where is_primary and deleted_at is null),
                        \(providerID), \(now), \(now)
                    where not exists (select from channels where kind = 'whatsapp_twilio' and deleted_at is null
                            and address = \("whatsapp:" + purchase.number))
                        and exists (select from organizations where id = \(purchase.organization) and deleted_at is null)
                        and exists (select from number_purchases where
                    """
                ).appending(" ").appending(held).appending(")"),
                Query(
                    """
                    update number_purchases set provider_id = \(providerID), busy_until = null, reason = '', updated_at = \(now),
                        status = case when exists (
                            select from organizations where id = \(purchase.organization) and deleted_at is null)
                            then 'bought' else 'kept' end,
                        channel_id = (select id from channels where kind = 'whatsapp_twilio' and deleted_at is null
                            and address = \("whatsapp:" + purchase.number))
                    where
                    """
                ).appending(" ").appending(held).appending(" returning \(unescaped: Self.columns)"),
                """
                insert into events (organization_id, type, subject_id, data, at)
                select organization_id, 'channel.created', channel_id, jsonb_build_object('number', number), \(now)
                from number_purchases where id = \(purchase.id) and channel_id = \(channel)
                """,
            ])
        guard let row = answers[2].first else { throw NumberStoreError.changed }
        let result = try NumberPurchase(row: row)
        guard result.status == .bought else { throw NumberStoreError.noOrganization }
        return result
    }

    /// `failed` frees the number for others; `unknown` keeps it until the provider was asked. The number of an organization that was
    /// deleted meanwhile stays kept, unless it was not bought.
    /// - Throws: `NumberStoreError.changed`.
    package func settle(
        _ purchase: NumberPurchase, as status: NumberPurchase.Status, reason: String, at now: Date
    ) async throws {
        let rows = try await database.pipeline(
            for: purchase.organization,
            [
                Query(
                    """
                    update number_purchases set reason = \(reason), busy_until = null, updated_at = \(now),
                        status = case when status = 'kept' and \(status != .failed) then status
                            else \(status.rawValue) end
                    where
                    """
                ).appending(" ").appending(Self.isHeld(purchase, in: [.requested, .unknown, .releasing, .kept]))
                    .appending(" returning id")
            ])
        guard !rows.joined().isEmpty else { throw NumberStoreError.changed }
    }

    /// Takes back a request that the operator has not decided.
    /// - Throws: `NumberStoreError.changed`.
    package func withdraw(_ purchase: NumberPurchase, at now: Date) async throws {
        let rows = try await database.pipeline(
            for: purchase.organization,
            [
                """
                update number_purchases set status = 'released', reason = 'It was withdrawn.', updated_at = \(now)
                where id = \(purchase.id) and status = 'waiting'
                returning id
                """
            ])
        guard !rows.joined().isEmpty else { throw NumberStoreError.changed }
    }

    /// After the provider gave the number back: its channel, if it had become one, is closed with it.
    /// - Throws: `NumberStoreError.changed`.
    package func released(_ purchase: NumberPurchase, at now: Date) async throws {
        let isMine = try await database.transaction(
            for: purchase.organization,
            reading: [
                Self.holding(purchase),
                Query("select id from number_purchases where ")
                    .appending(Self.isHeld(purchase, in: [.releasing, .kept])).appending(" for no key update"),
            ]
        ) { _, answers in
            guard answers.last?.isEmpty == false else { return (false, []) }
            return (true, Self.closing(purchase, at: now))
        }
        guard isMine else { throw NumberStoreError.changed }
    }

    private static func closing(_ purchase: NumberPurchase, at now: Date) -> [Query] {
        closing(purchase.channel, at: now) + [
            .promoteChannel(of: purchase.organization, at: now),
            """
            update number_purchases set status = 'released', busy_until = null, updated_at = \(now)
            where id = \(purchase.id)
            """,
            """
            insert into events (organization_id, type, subject_id, data, at)
            select organization_id, 'channel.deleted', coalesce(channel_id, id), jsonb_build_object('number', number), \(now)
            from number_purchases where id = \(purchase.id)
            """,
        ]
    }

    private static func closing(_ channel: ChannelID?, at now: Date) -> [Query] {
        guard let channel else { return [] }
        let close: Query = """
            update channels set deleted_at = \(now), updated_at = \(now), status = 'stopped', is_primary = false
            where id = \(channel) and deleted_at is null
            """
        return [close] + Query.withdrawing(from: channel, at: now)
    }

    private static func holding(_ purchase: NumberPurchase) -> Query {
        "select from organizations where id = \(purchase.organization) for no key update"
    }

    /// The condition that the row is what it was when this process took it, but for a deletion of its organization.
    private static func isHeld(_ purchase: NumberPurchase, in statuses: [NumberPurchase.Status]) -> Query {
        """
        number_purchases.id = \(purchase.id) and number_purchases.status = any(\(array: statuses.map(\.rawValue))::text[])
            and number_purchases.busy_until = \(purchase.lease)::timestamptz
        """
    }
}
