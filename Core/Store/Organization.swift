package import Domain
package import FoundationEssentials
import Postgres

/// An organization as its members see it.
package struct Organization: Sendable, Equatable {
    package var id: OrganizationID
    package var name: String
    package var description: String
    package var industry: String
    package var website: String
    package var country: String
    package var timeZone: String
    package var plan: Plan
    package var messageLimit: Int?
    /// JSON; `BusinessHours` reads it.
    package var businessHours: String
    package var welcomeMessage: String
    package var awayMessage: String
    package var quotaMessage: String
    package var autoReply: Bool
    package var isPersonal: Bool
    package var onboardingCompleted: Bool
    package var createdAt: Date
    package var updatedAt: Date

    static let columns = """
        id, name, description, industry, website, country, time_zone, plan, message_limit, business_hours,
            welcome_message, away_message, quota_message, auto_reply, is_personal, onboarding_completed, created_at,
            updated_at
        """

    init(row: Row) throws {
        id = try row["id"]
        name = try row["name"]
        description = try row["description"]
        industry = try row["industry"]
        website = try row["website"]
        country = try row["country"]
        timeZone = try row["time_zone"]
        plan = try row.value("plan")
        messageLimit = try row["message_limit"]
        businessHours = try row["business_hours"]
        welcomeMessage = try row["welcome_message"]
        awayMessage = try row["away_message"]
        quotaMessage = try row["quota_message"]
        autoReply = try row["auto_reply"]
        isPersonal = try row["is_personal"]
        onboardingCompleted = try row["onboarding_completed"]
        createdAt = try row["created_at"]
        updatedAt = try row["updated_at"]
    }
}

/// The fields a member may set; `nil` leaves a field as it is.
package struct OrganizationChange: Sendable, Equatable {
    package var name: String?
    package var description: String?
    package var industry: String?
    package var website: String?
    package var country: String?
    package var timeZone: String?
    /// JSON that `BusinessHours` wrote.
    package var businessHours: String?
    package var welcomeMessage: String?
    package var awayMessage: String?
    package var quotaMessage: String?
    package var autoReply: Bool?
    package var onboardingCompleted: Bool?

    package init() {}
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
