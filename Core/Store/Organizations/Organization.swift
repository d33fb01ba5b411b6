package import Domain
package import FoundationEssentials
import Postgres

/// An organization as its members see it.
package struct Organization: Aggregate, Equatable {
    package var id = OrganizationID.none
    package var name = ""
    package var description = ""
    package var industry = ""
    package var website = ""
    package var country = ""
    package var timeZone = ""
    package var plan = Plan.starter
    package var messageLimit: Int?
    /// JSON; `BusinessHours` reads it.
    package var businessHours = ""
    package var welcomeMessage = ""
    package var awayMessage = ""
    package var quotaMessage = ""
    package var optOutWords = ""
    package var autoReply = false
    package var isPersonal = false
    package var onboardingCompleted = false
    package var createdAt = Date.distantPast
    package var updatedAt = Date.distantPast

    package static let columns = Columns<Organization>([
        Column("id", \.id),
        Column("name", \.name),
        Column("description", \.description),
        Column("industry", \.industry),
        Column("website", \.website),
        Column("country", \.country),
        Column("time_zone", \.timeZone),
        Column(word: "plan", \.plan),
        Column("message_limit", \.messageLimit),
        Column("business_hours", \.businessHours),
        Column("welcome_message", \.welcomeMessage),
        Column("away_message", \.awayMessage),
        Column("quota_message", \.quotaMessage),
        Column("opt_out_words", \.optOutWords),
        Column("auto_reply", \.autoReply),
        Column("is_personal", \.isPersonal),
        Column("onboarding_completed", \.onboardingCompleted),
        Column("created_at", \.createdAt),
        Column("updated_at", \.updatedAt),
    ])

    init(row: Row) throws(PostgresError) {
        self = try Self.columns.read(row, into: Organization())
    }

    private init() {}
}

/// A new organization and its owner.
package struct NewOrganization: Sendable {
    package var organization: OrganizationID
    package var owner: UserID
    package var name: String
    package var at: Date

    package init(organization: OrganizationID, owner: UserID, name: String, at: Date) {
        self.organization = organization
        self.owner = owner
        self.name = name
        self.at = at
    }

    /// The organization, its owner's membership, its system personas and an event, for one transaction. The same id again
    /// is the same organization and changes nothing.
    static func queries(_ new: NewOrganization, isPersonal: Bool) -> [Query] {
        [
            """
            with created as (
                insert into organizations (id, name, is_personal, created_at, updated_at)
                values (\(new.organization), \(new.name), \(isPersonal), \(new.at), \(new.at))
                on conflict (id) do nothing
                returning id
            )
            insert into events (organization_id, type, subject_id, at)
            select id, 'organization.created', id, \(new.at) from created
            """,
            """
            insert into memberships (organization_id, user_id, role, created_at)
            values (\(new.organization), \(new.owner), 'owner', \(new.at))
            on conflict do nothing
            """,
            "select create_system_personas(\(new.organization), \(new.at))",
        ]
    }
}
