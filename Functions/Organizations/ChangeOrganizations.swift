import API
import Access
import Domain
import FunctionHost
import Store
import Web

extension Endpoint {
    static let createOrganization = Endpoint(
        .post, "/api/v1/organizations", also: ["POST /api/organizations"],
        "A new organization, owned by who makes it.",
        for: .signedIn, takes: .body(Organization.resource.form.requiring("name")),
        answers: .created(Organization.resource.answer) { "/api/v1/organizations/\($0.id)" },
        faults: [DocumentedFault(409, "too-many-organizations", "You own as many organizations as you may.")],
        repeats: .once, limits: .makingOrganizations,
        example: ["name": "Bakery", "country": "DE", "time_zone": "Europe/Berlin"]
    ) { call, change in
        let new = NewOrganization(
            organization: OrganizationID(call.subject), owner: call.user, name: change[\.name] ?? "", at: call.now)
        let most: Int? = call.session.isOperator ? nil : try call.api.configuration.organizationsPerUser
        return try await call.organizations.create(new, change, most: most)
    }

    static let changeOrganization = Endpoint(
        .patch, "/api/v1/organizations/{id}", also: ["PATCH /api/organizations/{id}"],
        "Changes the fields that are named; the others stay.",
        for: .member(.admin, in: .path("id")), takes: .body(Organization.resource.form.requiringSomething()),
        answers: .one(Organization.resource.answer), repeats: .once, example: ["away_message": "We open at nine."]
    ) { call, change in
        try await call.organizations.update(call.organization, change, at: call.now)
    }
}
