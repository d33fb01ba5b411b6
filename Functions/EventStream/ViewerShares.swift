import Domain

/// Who watches, counted: nobody takes the places of all others.
struct ViewerShares: Sendable {
    private(set) var count = 0
    private var organizations: [OrganizationID: Int] = [:]
    private var users: [UserID: Int] = [:]

    /// False when there are as many as there may be, in all, of this organization or of this user.
    mutating func enter(_ user: UserID, of organization: OrganizationID, limits: StreamLimits) -> Bool {
        guard count < limits.viewers, viewers(of: organization) < limits.viewersPerOrganization,
            users[user, default: 0] < limits.viewersPerUser
        else { return false }
        count += 1
        organizations[organization, default: 0] += 1
        users[user, default: 0] += 1
        return true
    }

    mutating func leave(_ user: UserID, of organization: OrganizationID) {
        count -= 1
        Self.subtract(organization, from: &organizations)
        Self.subtract(user, from: &users)
    }

    func viewers(of organization: OrganizationID) -> Int { organizations[organization, default: 0] }

    var watched: some Sequence<OrganizationID> { organizations.keys }

    /// Nothing is kept of whoever left.
    private static func subtract<Key: Hashable>(_ key: Key, from counts: inout [Key: Int]) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
