package import Domain
package import FoundationEssentials
import Postgres

/// A number that an organization asks for, or that was approved and has no answer.
package struct NumberRequest: Sendable, Equatable {
    package let id: NumberPurchaseID
    package let organization: OrganizationID
    package let organizationName: String
    /// E.164
    package let number: String
    /// What its channel is to be called.
    package let channelName: String
    /// `waiting`, or `requested` or `unknown`: approved, and nobody knows whether it was bought.
    package let status: NumberPurchase.Status
    /// `AD...` and `BU...`: what is sent along when it is bought.
    package let addressSID: String?
    package let bundleSID: String?
    /// Why there is no answer.
    package let reason: String
    package let requestedBy: UserID
    package let createdAt: Date

    init(row: Row) throws {
        id = try row["id"]
        organization = try row["organization_id"]
        organizationName = try row["organization"]
        number = try row["number"]
        channelName = try row["channel_name"]
        status = try row.value("status")
        addressSID = try row["address_sid"]
        bundleSID = try row["bundle_sid"]
        reason = try row["reason"]
        requestedBy = try row["requested_by"]
        createdAt = try row["created_at"]
    }
}

// Purchases that wait for the operator: for a decision, or because the answer to an approved one was lost.
extension NumberStore {
    /// Of all organizations, oldest first.
    /// - Parameter after: time and id of the last one of the page before.
    package func waiting(after: (Date, NumberPurchaseID)?, limit: Int, at now: Date) async throws -> [NumberRequest] {
        try await database.query(
            """
            select id, organization_id, organization, number, channel_name, status, address_sid, bundle_sid, reason, requested_by,
                created_at
            from waiting_purchases(\(now), \(after?.0), \(after?.1), \(limit)::integer)
            """
        ).map(NumberRequest.init(row:))
    }

    /// The purchase that is asked for or has no answer; `nil` when it does not wait (any more).
    package func waiting(_ id: NumberPurchaseID) async throws -> NumberPurchase? {
        let found = try await database.query("select organization_id from waiting_purchase(\(id))")
        guard let row = found.first else { return nil }
        let organization: OrganizationID = try row["organization_id"]
        let rows = try await database.pipeline(
            for: organization,
            [
                """
                select \(unescaped: Self.columns) from number_purchases
                where id = \(id) and status in ('waiting', 'requested', 'unknown')
                """
            ])
        return try rows.joined().first.map(NumberPurchase.init(row:))
    }

    /// Purchases of all organizations that nobody works on and whose answer was lost a while ago, those that were looked up longest ago
    /// first.
    package func unsettled(limit: Int, at now: Date) async throws -> [NumberPurchase] {
        let found = try await database.query(
            "select id, organization_id from unsettled_purchases(\(now), \(limit)::integer)")
        var purchases: [NumberPurchase] = []
        for row in found {
            let (id, organization): (NumberPurchaseID, OrganizationID) = (try row["id"], try row["organization_id"])
            let rows = try await database.pipeline(
                for: organization, ["select \(unescaped: Self.columns) from number_purchases where id = \(id)"])
            purchases += try rows.joined().map(NumberPurchase.init(row:))
        }
        return purchases
    }

    /// The organization's own purchase of a number.
    package func purchase(of number: String, by organization: OrganizationID) async throws -> NumberPurchase? {
        let rows = try await database.pipeline(for: organization, [Self.select(organization, number: number)])
        return try rows.joined().first.map(NumberPurchase.init(row:))
    }

    /// Nothing happens to one that was decided meanwhile.
    /// - Returns: whether it waited.
    package func refuse(_ purchase: NumberPurchase, reason: String, at now: Date) async throws -> Bool {
        let rows = try await database.pipeline(
            for: purchase.organization,
            [
                """
                update number_purchases set status = 'refused', reason = \(reason), updated_at = \(now)
                where id = \(purchase.id) and status = 'waiting'
                returning id
                """
            ])
        return !rows.joined().isEmpty
    }
}
