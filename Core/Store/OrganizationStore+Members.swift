package import Domain
import Postgres

extension OrganizationStore {
    package func memberCount(of id: OrganizationID) async throws -> Int {
        let rows = try await statistics(
            ["select count(*) as members from memberships where organization_id = \(id)"], of: id)
        return try rows[0].first?["members"] ?? 0
    }
}
