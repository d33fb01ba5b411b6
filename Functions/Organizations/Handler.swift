import Access
import Conversation
import Domain
import Store
import Web

/// Organizations of the signed-in user: list, create, read, change, delete, statistics.
///
/// Authenticated by session cookie or bearer token; everything but the list and the creation happens inside the
/// organization of the path, where agents read, admins change and owners delete. Writes take `Idempotency-Key`.
struct OrganizationsHandler: Sendable {
    let organizations: OrganizationStore
    let numbers: NumberStore
    /// `nil` without Twilio credentials.
    let provisioning: NumberProvisioning?
    let writes: IdempotentWrites
    let clock: WallClock

    func list(_ request: Request, _ admission: Admission) async throws -> Response {
        let page = try PageRequest(try request.query(knowing: PageRequest.names), parts: 2)
        let memberships = try await organizations.list(
            of: admission.session.user, after: try page.cursor?.position(), limit: page.limit + 1)
        let listed = Page(memberships, limit: page.limit) {
            Cursor($0.organization.createdAt, $0.organization.id)
        }
        var items: [JSONValue] = []
        for membership in listed.items { items.append(try await item(membership)) }
        return .value(["items": .array(items), "next_cursor": .text(listed.next?.text)])
    }

    func create(_ request: Request, _ admission: Admission) async throws -> Response {
        let change = try OrganizationForm.change(in: request)
        guard let name = change.name else { throw Fault.invalid("name", "This field is required.") }
        let user = admission.session.user
        return try await writes.once(request, user: user) { subject in
            let new = NewOrganization(organization: OrganizationID(subject), owner: user, name: name, at: clock.now())
            let made = try await faulting { try await organizations.create(new, change) }
            var response = Response.value(made.json, status: 201)
            response.headers.add("location", "/api/v1/organizations/\(made.id.text)")
            return response
        }
    }

    func read(_ request: Request, _ caller: Caller) async throws -> Response {
        guard let organization = try await organizations.read(caller.organization),
            let overview = try await organizations.overview(caller.organization, at: clock.now())
        else { throw Fault.notFound("organization") }
        var body = organization.json.merging(overview.json) { $1 }
        body["role"] = .string(caller.role.rawValue)
        return .value(body)
    }

    func update(_ request: Request, _ caller: Caller) async throws -> Response {
        let change = try OrganizationForm.change(in: request)
        guard change != OrganizationChange() else { throw Fault.malformed("Name at least one field to change.") }
        return try await writes.once(request, user: caller.user, organization: caller.organization) { _ in
            let changed = try await faulting {
                try await organizations.update(caller.organization, change, at: clock.now())
            }
            return .value(changed.json)
        }
    }

    /// Numbers cost money every month, so what becomes of them is asked: `?numbers=release` or `?numbers=keep`.
    func delete(_ request: Request, _ caller: Caller) async throws -> Response {
        let choice = try request.query(knowing: ["numbers"])["numbers"]
        guard [nil, "release", "keep"].contains(choice) else {
            throw Fault.invalid("numbers", "Say release or keep.")
        }
        guard let organization = try await organizations.read(caller.organization) else {
            throw Fault.notFound("organization")
        }
        guard !organization.isPersonal else {
            throw Fault.conflict("personal-organization", "Your personal organization belongs to your account.")
        }
        let attached = try await numbers.list(caller.organization).filter(\.isAttached)
        if !attached.isEmpty { try await settle(attached, choice) }
        try await organizations.delete(caller.organization, at: clock.now())
        return .noContent
    }

    func stats(_ request: Request, _ caller: Caller) async throws -> Response {
        let now = clock.now()
        guard let overview = try await organizations.overview(caller.organization, at: now) else {
            throw Fault.notFound("organization")
        }
        let days = try await organizations.days(caller.organization, at: now)
        return .value(overview.json.merging(["days": .array(days.map(\.json))]) { $1 })
    }

    private func settle(_ attached: [NumberPurchase], _ choice: String?) async throws {
        let names = attached.map(\.number).joined(separator: ", ")
        guard let choice else {
            throw Fault.conflict(
                "numbers-attached",
                "The organization still has \(names). Repeat with ?numbers=release to give them back, or ?numbers=keep"
                    + " to leave them with the platform.")
        }
        guard choice == "release" else { return }
        guard let provisioning else { throw Fault.noTwilioAccount }
        for purchase in attached {
            do {
                try await provisioning.release(purchase)
            } catch let error as NumberProvisioningError {
                throw Fault(error)
            }
        }
    }

    private func item(_ membership: Membership) async throws -> JSONValue {
        let overview = try await organizations.overview(membership.organization.id, at: clock.now())
        var item = membership.organization.json.merging(overview?.json ?? [:]) { $1 }
        item["role"] = .string(membership.role)
        return .object(item)
    }

    private func faulting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch OrganizationStoreError.unknownTimeZone {
            throw Fault.invalid("time_zone", "Name a time zone of the IANA database, like Europe/Berlin.")
        } catch OrganizationStoreError.gone {
            throw Fault.notFound("organization")
        }
    }
}

extension NumberPurchase {
    /// Costs money, or may.
    fileprivate var isAttached: Bool { [.bought, .releasing, .requested, .unknown].contains(status) }
}

extension OrganizationsHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        for route in ["GET /api/organizations", "GET /api/v1/organizations"] { routes.signedIn(route, list) }
        for route in ["POST /api/organizations", "POST /api/v1/organizations"] { routes.signedIn(route, create) }
        for route in ["GET /api/organizations/{id}", "GET /api/v1/organizations/{id}"] {
            routes.member(route, in: .path("id"), read)
        }
        for route in ["PATCH /api/organizations/{id}", "PATCH /api/v1/organizations/{id}"] {
            routes.member(route, in: .path("id"), as: .admin, update)
        }
        for route in ["DELETE /api/organizations/{id}", "DELETE /api/v1/organizations/{id}"] {
            routes.member(route, in: .path("id"), as: .owner, delete)
        }
        for route in ["GET /api/organizations/{id}/stats", "GET /api/v1/organizations/{id}/stats"] {
            routes.member(route, in: .path("id"), stats)
        }
        return routes.router
    }
}
