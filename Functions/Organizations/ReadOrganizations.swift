import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listOrganizations = Endpoint(
        .get, "/api/v1/organizations", also: ["GET /api/organizations"],
        "The organizations of the signed-in user, oldest first.",
        for: .signedIn, takes: .query(ListQuery.form), answers: .page(of: OrganizationDetails.answer)
    ) { call, query in
        let memberships = try await call.organizations.list(of: call.user, after: query.after(), limit: query.limit + 1)
        let page = query.page(memberships) { Cursor($0.organization.createdAt, $0.organization.id) }
        return Page(items: try await details(of: page.items, call), next: page.next)
    }

    static let readOrganization = Endpoint(
        .get, "/api/v1/organizations/{id}", also: ["GET /api/organizations/{id}"],
        "An organization with its usage.",
        for: .member(.viewer, in: .path("id")), answers: .one(OrganizationDetails.answer)
    ) { call in
        OrganizationDetails(
            organization: try await call.organizations.read(call.organization).found("organization"),
            overview: try await call.organizations.overview(call.organization, at: call.now).found("organization"),
            role: call.caller.role)
    }

    private static func details(
        of memberships: [Membership], _ call: Call<Admission>
    ) async throws -> [OrganizationDetails] {
        var details: [OrganizationDetails] = []
        for membership in memberships {
            let id = membership.organization.id
            // Deleted since the list was read: no longer one of theirs.
            guard let overview = try await call.organizations.overview(id, at: call.now),
                let role = Role(rawValue: membership.role)
            else { continue }
            details.append(OrganizationDetails(organization: membership.organization, overview: overview, role: role))
        }
        return details
    }
}
