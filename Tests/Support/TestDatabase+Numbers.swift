package import FoundationEssentials
import Postgres
package import Store

extension TestDatabase {
    /// Writes the purchase down as one that this process is giving back.
    package func releasing(_ purchase: NumberPurchase, at now: Date) async throws -> NumberPurchase {
        try await owner.query(
            """
            insert into parley.users (id, username, password_hash, created_at, updated_at)
            values (\(purchase.requestedBy), 'buyer', '', \(now), \(now)) on conflict do nothing
            """)
        let rows = try await owner.query(
            """
            insert into parley.number_purchases
                (id, organization_id, number, status, channel_id, busy_until, requested_by, created_at, updated_at)
            values (\(purchase.id), \(purchase.organization), \(purchase.number), 'releasing', \(purchase.channel),
                \(now.addingTimeInterval(60)), \(purchase.requestedBy), \(now), \(now))
            returning busy_until::text as lease
            """)
        var held = purchase
        held.status = .releasing
        held.lease = try rows.first?["lease"]
        return held
    }
}
