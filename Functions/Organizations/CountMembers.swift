import API
import Access
import Store
import Web

extension Endpoint {
    static let countMembers = Endpoint(
        .get, "/api/v1/organizations/{id}/members/count", "How many members an organization has.",
        for: .member(.viewer, in: .path("id")), answers: .one(MemberCount.answer)
    ) { call in
        MemberCount(members: try await call.organizations.memberCount(of: call.organization))
    }
}

private struct MemberCount {
    var members: Int

    static let answer = Answer<MemberCount> { $0.field("members", \.members) }
}
