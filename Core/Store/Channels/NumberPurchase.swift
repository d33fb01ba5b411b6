package import Domain
package import FoundationEssentials
import Postgres

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
    /// What its channel is to be called; empty: by its number.
    package var channelName = ""
    /// `AD...` and `BU...`: what the number's country wants to know of who holds it.
    package var addressSID: String?
    package var bundleSID: String?
    /// `PN...`
    package var providerID: String?
    package var channel: ChannelID?
    package var reason: String
    package var requestedBy: UserID
    package var createdAt: Date
    /// Until when the process works on it that has this value, as the database writes it: what it may still change.
    package var lease: String?

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
        channelName = try row["channel_name"]
        addressSID = try row["address_sid"]
        bundleSID = try row["bundle_sid"]
        providerID = try row["provider_id"]
        channel = try row["channel_id"]
        reason = try row["reason"]
        requestedBy = try row["requested_by"]
        createdAt = try row["created_at"]
        lease = try row["lease"]
    }
}

package enum NumberStoreError: Error, Equatable {
    case noOrganization
    /// Another organization holds the number, or may.
    case heldByAnother
    /// Another process works on this purchase.
    case busy
    /// Somebody decided otherwise about this purchase meanwhile, or another process went on with it.
    case changed
    case planLimit(Int)
}
