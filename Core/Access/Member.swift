package import Domain

/// Somebody who speaks for an organization, proven by a session cookie, a bearer token or an API key.
package struct Member: Sendable, Equatable {
    package var user: UserID
    /// The organization of the path or of the `x-organization-id` header; membership was checked.
    package var organization: OrganizationID
    package var role: Role
    /// Platform staff. Opens no organization's data, only what belongs to the platform (its Twilio account).
    package var isOperator: Bool
    /// `nil` for an API key.
    package var session: SessionID?

    package init(
        user: UserID, organization: OrganizationID, role: Role, isOperator: Bool = false, session: SessionID? = nil
    ) {
        self.user = user
        self.organization = organization
        self.role = role
        self.isOperator = isOperator
        self.session = session
    }
}

/// What a member may do; each role may do all that those before it may.
package enum Role: String, Sendable, Codable, CaseIterable, Comparable {
    /// Reads.
    case viewer
    /// Also works on conversations and contacts, and sends.
    case agent
    /// All but billing, deletion of the organization, owners and erasure.
    case admin
    case owner

    package static func < (left: Role, right: Role) -> Bool {
        allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
}
