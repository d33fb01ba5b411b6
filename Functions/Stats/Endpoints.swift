import API
import Access
import Domain
import Store
import Web

/// Figures of an organization.
let endpoints: [Endpoint] = [.organizationStats]

extension Endpoint {
    static let organizationStats = Endpoint(
        .get, "/api/v1/organizations/{id}/stats", also: ["GET /api/organizations/{id}/stats"],
        "Usage of the month and messages of the last 30 days.",
        for: .member(.viewer, in: .path("id"), scope: KeyScope(.analytics, .read)),
        answers: .one(OrganizationStats.answer)
    ) { call in
        OrganizationStats(
            overview: try await call.organizations.overview(call.organization, at: call.now).found("organization"),
            days: try await call.organizations.days(call.organization, at: call.now))
    }
}

private struct OrganizationStats {
    var overview: OrganizationOverview
    var days: [DayCount]

    static let answer = Answer<OrganizationStats> {
        $0.include(OrganizationOverview.answer, \.overview)
        $0.field("days", \.days, each: DayCount.answer)
    }
}
