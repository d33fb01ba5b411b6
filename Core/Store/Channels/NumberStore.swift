package import Domain
package import FoundationEssentials
package import Postgres

/// Numbers of an organization: purchases and the channels they became.
package struct NumberStore: Sendable {
    let database: Database
    /// How long one process may work on a purchase before another may go on with it, seconds.
    static let lease = 60.0

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
                return try await Self.take(
                    purchase, as: waits ? .waiting : .requested, channelName, at: now, connection)
            }
        } catch let error as PostgresError where error.constraint == "number_holder" {
            throw NumberStoreError.heldByAnother
        }
    }

    /// What the row is decides here, and not what it was when it was read: the operator may decide meanwhile.
    private static func take(
        _ purchase: NumberPurchase, as status: NumberPurchase.Status, _ channelName: String, at now: Date,
        _ connection: Connection
    ) async throws -> NumberPurchase {
        let until = now.addingTimeInterval(lease)
        let busy = status == .waiting ? nil : until
        let rows = try await connection.query(
            """
            insert into number_purchases as known
                (id, organization_id, number, status, channel_name, address_sid, bundle_sid, busy_until, requested_by,
                created_at, updated_at)
            values (\(purchase.id), \(purchase.organization), \(purchase.number), \(status.rawValue), \(channelName),
                \(purchase.addressSID), \(purchase.bundleSID), \(busy), \(purchase.requestedBy), \(now), \(now))
            on conflict (organization_id, number) do update set
                -- One that is over is asked for anew; one that may have been bought stays itself.
                id = case when known.status in ('failed', 'released', 'refused') then excluded.id else known.id end,
                requested_by = case when known.status in ('failed', 'released', 'refused') then excluded.requested_by
                    else known.requested_by end,
                created_at = case when known.status in ('failed', 'released', 'refused') then excluded.created_at
                    else known.created_at end,
                status = case when known.status in ('requested', 'unknown') then known.status else excluded.status end,
                -- What was approved is what was seen: papers and name change only until then, and who repeats the request names
                -- the papers no second time.
                address_sid = case when known.status in ('failed', 'released', 'refused') then excluded.address_sid
                    when known.status = 'waiting' then coalesce(excluded.address_sid, known.address_sid)
                    else known.address_sid end,
                bundle_sid = case when known.status in ('failed', 'released', 'refused') then excluded.bundle_sid
                    when known.status = 'waiting' then coalesce(excluded.bundle_sid, known.bundle_sid)
                    else known.bundle_sid end,
                channel_name = case when known.status in ('requested', 'unknown') then known.channel_name
                    else excluded.channel_name end,
                busy_until = case when known.status in ('requested', 'unknown') then \(until) else excluded.busy_until end,
                provider_id = null, channel_id = null, reason = '', updated_at = \(now)
            where known.status in ('failed', 'released', 'refused', 'waiting', 'requested', 'unknown')
                and (known.busy_until is null or known.busy_until <= \(now))
            returning \(unescaped: columns)
            """)
        guard let row = rows.first else { throw NumberStoreError.busy }
        return try NumberPurchase(row: row)
    }

    /// Goes on with what waits for the operator, or with what was approved and has no answer, for this process: within the plan, with
    /// the papers and the name that were asked with.
    /// - Throws: `NumberStoreError.changed` when it was decided meanwhile, `.busy` while another process works on it.
    package func approve(
        _ purchase: NumberPurchase, limit: (Plan) -> Int?, at now: Date
    ) async throws -> NumberPurchase {
        do {
            return try await database.transaction(for: purchase.organization) { connection in
                let answers = try await connection.pipeline([
                    "select plan from organizations where id = \(purchase.organization) and deleted_at is null for no key update",
                    Self.held(except: purchase.number),
                ])
                guard let row = answers[0].first else { throw NumberStoreError.noOrganization }
                let held: Int = try answers[1].first?["held"] ?? 0
                if let limit = limit(try row.value("plan")), held >= limit { throw NumberStoreError.planLimit(limit) }
                let approved = try await connection.query(
                    Self.hold(
                        purchase, from: [.waiting, .requested, .unknown], turning: .waiting, to: .requested, at: now))
                if let row = approved.first { return try NumberPurchase(row: row) }
                throw try await Self.objection(to: purchase, at: now, connection)
            }
        } catch let error as PostgresError where error.constraint == "number_holder" {
            throw NumberStoreError.heldByAnother
        }
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

    static func select(_ organization: OrganizationID, number: String) -> Query {
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
        id, organization_id, number, status, channel_name, address_sid, bundle_sid, provider_id, channel_id, reason, \
        busy_until::text as lease, requested_by, created_at, updated_at
        """
}
