package import Domain
package import FoundationEssentials
package import Postgres

/// Numbers of an organization: purchases and the channels they became.
package struct NumberStore: Sendable {
    let database: Database
    /// How long one process may work on a purchase before another may go on with it, seconds.
    private static let lease = 60.0

    package init(database: Database) {
        self.database = database
    }

    /// Writes the request before anything is bought and takes the purchase for this process. The plan's number of channels is
    /// checked under the organization's lock, so that two requests can't both take the last place.
    /// - Parameters:
    ///   - waits: it is only written down, until the operator decides; one that is being bought already goes on.
    ///   - channelName: what its channel is to be called.
    /// - Throws: `NumberStoreError`.
    package func request(
        _ purchase: NumberPurchase, limit: (Plan) -> Int?, waits: Bool = false, channelName: String = "", at now: Date
    ) async throws -> NumberPurchase {
        do {
            return try await database.transaction(for: purchase.organization) { connection in
                let answers = try await connection.pipeline([
                    "select plan from organizations where id = \(purchase.organization) and deleted_at is null for no key update",
                    Self.select(purchase.organization, number: purchase.number),
                    Self.held(except: purchase.number),
                ])
                guard let row = answers[0].first else { throw NumberStoreError.noOrganization }
                let plan: Plan = try row.value("plan")
                let held: Int = try answers[2].first?["held"] ?? 0
                if let limit = limit(plan), held >= limit { throw NumberStoreError.planLimit(limit) }
                let known = try answers[1].first.map(NumberPurchase.init(row:))
                if known?.status == .bought || known?.status == .releasing { return known ?? purchase }
                let isOnItsWay = known?.status == .requested || known?.status == .unknown
                return try await Self.take(
                    purchase, as: waits && !isOnItsWay ? .waiting : .requested, channelName, at: now, connection)
            }
        } catch let error as PostgresError where error.constraint == "number_holder" {
            throw NumberStoreError.heldByAnother
        }
    }

    private static func take(
        _ purchase: NumberPurchase, as status: NumberPurchase.Status, _ channelName: String, at now: Date,
        _ connection: Connection
    ) async throws -> NumberPurchase {
        let busy = status == .waiting ? nil : now.addingTimeInterval(lease)
        let rest: [NumberPurchase.Status] = [.failed, .released, .waiting, .refused]
        let rows = try await connection.query(
            """
            insert into number_purchases as known
                (id, organization_id, number, status, channel_name, address_sid, bundle_sid, busy_until, requested_by,
                created_at, updated_at)
            values (\(purchase.id), \(purchase.organization), \(purchase.number), \(status.rawValue), \(channelName),
                \(purchase.addressSID), \(purchase.bundleSID), \(busy), \(purchase.requestedBy), \(now), \(now))
            on conflict (organization_id, number) do update set
                -- A purchase that failed or was given back is a new one; one that may have been bought stays itself.
                id = case when known.status in ('failed', 'released') then excluded.id else known.id end,
                status = case when known.status = any(\(array: rest.map(\.rawValue))::text[]) then excluded.status
                    else known.status end,
                -- Whoever approves or repeats it names them no second time.
                address_sid = case when known.status in ('failed', 'released', 'refused') then excluded.address_sid
                    else coalesce(excluded.address_sid, known.address_sid) end,
                bundle_sid = case when known.status in ('failed', 'released', 'refused') then excluded.bundle_sid
                    else coalesce(excluded.bundle_sid, known.bundle_sid) end,
                channel_name = excluded.channel_name, provider_id = null, channel_id = null, reason = '', busy_until = excluded.busy_until, updated_at = \(now)
            where known.busy_until is null or known.busy_until <= \(now)
            returning \(unescaped: columns)
            """)
        guard let row = rows.first else { throw NumberStoreError.busy }
        return try NumberPurchase(row: row)
    }

    /// Marks the purchase bought and opens its channel, in one transaction. The first channel of an organization is its primary.
    package func bought(
        _ purchase: NumberPurchase, providerID: String, channel: ChannelID, name: String, at now: Date
    ) async throws -> NumberPurchase {
        let rows = try await database.pipeline(
            for: purchase.organization,
            [
                // Two first channels at once would both be the primary one.
                Self.holding(purchase),
                """
                insert into channels (id, organization_id, kind, address, name, status, is_primary, provider_id, created_at,
                    updated_at)
                select \(channel), \(purchase.organization), 'whatsapp_twilio', \("whatsapp:" + purchase.number), \(name),
                    'connected', not exists (select from channels where is_primary and deleted_at is null),
                    \(providerID), \(now), \(now)
                where not exists (select from channels where kind = 'whatsapp_twilio' and deleted_at is null
                    and address = \("whatsapp:" + purchase.number))
                """,
                """
                update number_purchases set status = 'bought', provider_id = \(providerID), busy_until = null, reason = '',
                    updated_at = \(now),
                    channel_id = (select id from channels where kind = 'whatsapp_twilio' and deleted_at is null
                        and address = \("whatsapp:" + purchase.number))
                where id = \(purchase.id)
                returning \(unescaped: Self.columns)
                """,
                """
                insert into events (organization_id, type, subject_id, data, at)
                select organization_id, 'channel.created', channel_id, jsonb_build_object('number', number), \(now)
                from number_purchases where id = \(purchase.id)
                """,
            ])
        guard let row = rows[2].first else { throw NumberStoreError.noOrganization }
        return try NumberPurchase(row: row)
    }

    /// `failed` frees the number for others; `unknown` keeps it until the provider was asked.
    package func settle(
        _ purchase: NumberPurchase, as status: NumberPurchase.Status, reason: String, at now: Date
    ) async throws {
        try await database.pipeline(
            for: purchase.organization,
            [
                """
                update number_purchases set status = \(status.rawValue), reason = \(reason), busy_until = null,
                    updated_at = \(now)
                where id = \(purchase.id)
                """
            ])
    }

    /// After the provider gave the number back: its channel, if it had become one, is closed with it.
    package func released(_ purchase: NumberPurchase, at now: Date) async throws {
        try await database.pipeline(
            for: purchase.organization,
            [Self.holding(purchase)] + Self.closing(purchase.channel, at: now) + [
                .promoteChannel(of: purchase.organization, at: now),
                """
                update number_purchases set status = 'released', busy_until = null, updated_at = \(now)
                where id = \(purchase.id)
                """,
                """
                insert into events (organization_id, type, subject_id, data, at)
                select organization_id, 'channel.deleted', coalesce(channel_id, id), jsonb_build_object('number', number),
                    \(now)
                from number_purchases where id = \(purchase.id)
                """,
            ])
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

    /// All purchases, newest first; at most 200.
    package func list(_ organization: OrganizationID) async throws -> [NumberPurchase] {
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: Self.columns) from number_purchases where organization_id = \(organization)
                order by created_at desc, id desc limit 200
                """
            ])
        return try rows[0].map(NumberPurchase.init(row:))
    }

    private static func select(_ organization: OrganizationID, number: String) -> Query {
        """
        select \(unescaped: columns) from number_purchases
        where organization_id = \(organization) and number = \(number)
        """
    }

    /// Channels that count against the plan: what is bought, or may be, and channels connected without us buying.
    private static func held(except number: String) -> Query {
        """
        select (select count(*) from number_purchases
                where status in ('requested', 'unknown', 'bought', 'releasing', 'waiting') and number <> \(number))
            + (select count(*) from channels c
                where kind = 'whatsapp_twilio' and address is not null and deleted_at is null
                    and address <> \("whatsapp:" + number)
                    and not exists (select from number_purchases p where p.channel_id = c.id)) as held
        """
    }

    static let columns =
        """
        id, organization_id, number, status, address_sid, bundle_sid, provider_id, channel_id, reason, requested_by, created_at, \
        updated_at
        """
}

package struct NumberPurchase: Sendable, Equatable {
    package enum Status: String, Sendable, CaseIterable {
        case requested, bought, failed, unknown, releasing, released, kept
        /// Asked for; the operator has not decided.
        case waiting
        case refused
    }

    package var id: NumberPurchaseID
    package var organization: OrganizationID
    /// E.164
    package var number: String
    package var status: Status
    /// `AD...` and `BU...`: what the number's country wants to know of who holds it.
    package var addressSID: String?
    package var bundleSID: String?
    /// `PN...`
    package var providerID: String?
    package var channel: ChannelID?
    package var reason: String
    package var requestedBy: UserID
    package var createdAt: Date

    /// A request that was not stored yet.
    package init(id: NumberPurchaseID, organization: OrganizationID, number: String, requestedBy: UserID, at now: Date)
    {
        self.id = id
        self.organization = organization
        self.number = number
        status = .requested
        reason = ""
        self.requestedBy = requestedBy
        createdAt = now
    }

    init(row: Row) throws {
        id = try row["id"]
        organization = try row["organization_id"]
        number = try row["number"]
        status = try row.value("status")
        addressSID = try row["address_sid"]
        bundleSID = try row["bundle_sid"]
        providerID = try row["provider_id"]
        channel = try row["channel_id"]
        reason = try row["reason"]
        requestedBy = try row["requested_by"]
        createdAt = try row["created_at"]
    }
}

package enum NumberStoreError: Error, Equatable {
    case noOrganization
    /// Another organization holds the number, or may.
    case heldByAnother
    /// Another process works on this purchase.
    case busy
    case planLimit(Int)
}
