package import Domain

/// Who is calling the API, proven by a session cookie or a bearer token, and the organization they speak for.
package struct Caller: Sendable, Equatable {
    package var user: UserID
    /// The organization of the path or of the `x-organization-id` header; membership was checked.
    package var organization: OrganizationID
    package var role: Role
    /// Platform staff. Opens no organization's data, only what belongs to the platform (its Twilio account).
    package var isOperator: Bool

    package enum Role: String, Sendable, Codable, CaseIterable, Comparable {
        case agent, admin, owner

        package static func < (left: Role, right: Role) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    package init(user: UserID, organization: OrganizationID, role: Role, isOperator: Bool = false) {
        self.user = user
        self.organization = organization
        self.role = role
        self.isOperator = isOperator
    }
}
