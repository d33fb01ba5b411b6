package import Domain
package import FoundationEssentials
import Postgres

/// A number that an organization asks for, and that nobody has bought.
package struct NumberRequest: Sendable, Equatable {
    package let id: NumberPurchaseID
    package let organization: OrganizationID
    package let organizationName: String
    /// E.164
    package let number: String
    /// What its channel is to be called.
    package let channelName: String
    package let requestedBy: UserID
    package let createdAt: Date

    init(row: Row) throws {
        id = try row["id"]
        organization = try row["organization_id"]
        organizationName = try row["organization"]
        number = try row["number"]
        channelName = try row["channel_name"]
        requestedBy = try row["requested_by"]
        createdAt = try row["created_at"]
    }
}

// Purchases that wait for the operator.
extension NumberStore {
    /// Of all organizations, oldest first.
    /// - Parameter after: time and id of the last one of the page before.
    package func waiting(after: (Date, NumberPurchaseID)?, limit: Int) async throws -> [NumberRequest] {
        try await database.query(
            """
            select id, organization_id, organization, number, channel_name, requested_by, created_at
            from waiting_purchases(\(after?.0), \(after?.1), \(limit)::integer)
            """
        ).map(NumberRequest.init(row:))
    }

    /// The purchase that is asked for, and what its channel is to be called; `nil` when it does not wait (any more).
    package func waiting(
        _ id: NumberPurchaseID
    ) async throws -> (purchase: NumberPurchase, channelName: String)? {
        let found = try await database.query("select organization_id, channel_name from waiting_purchase(\(id))")
        guard let row = found.first else { return nil }
        let organization: OrganizationID = try row["organization_id"]
        let rows = try await database.pipeline(
            for: organization,
            ["select \(unescaped: Self.columns) from number_purchases where id = \(id) and status = 'waiting'"])
        return try rows.joined().first.map { (try NumberPurchase(row: $0), try row["channel_name"]) }
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
