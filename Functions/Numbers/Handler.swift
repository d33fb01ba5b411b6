import Access
import Conversation
import Domain
import FoundationEssentials
import Providers
import Store
import Web

/// Twilio numbers of an organization: search, buy, read, repair the webhook, release.
///
/// Authenticated by session cookie or bearer token, inside the organization of the path (the search: of the header).
/// Agents read, admins buy and release. The account is the platform's; a number is bought at most once however often the
/// request is repeated (`NumberProvisioning`). Without Twilio credentials every route says so with 409.
struct NumbersHandler: Sendable {
    let numbers: NumberStore
    let twilio: TwilioNumbers?
    let provisioning: NumberProvisioning?
    let writes: IdempotentWrites

    func search(_ request: Request, _ caller: Caller) async throws -> Response {
        let search = try NumberSearchQuery(request).search
        guard let twilio else { throw Fault.noTwilioAccount }
        do {
            let found = try await twilio.searchAvailableNumbers(search)
            return .value(["items": .array(found.prefix(search.limit).map(\.json))])
        } catch {
            throw Fault.twilio(error)
        }
    }

    func buy(_ request: Request, _ caller: Caller) async throws -> Response {
        let form = try request.decode(PurchaseForm.self, limit: 16 << 10)
        let number = try form.checkedNumber()
        let name = try form.checkedName(default: number)
        guard let provisioning else { throw Fault.noTwilioAccount }
        return try await writes.once(request, user: caller.user, organization: caller.organization) { _ in
            let bought = try await faulting {
                try await provisioning.buy(number, for: caller.organization, by: caller.user, name: name)
            }
            return .value(bought.json, status: 201)
        }
    }

    /// The number may be named; when the organization has only one, it need not be. A repeat answers the same.
    func release(_ request: Request, _ caller: Caller) async throws -> Response {
        let wanted = try request.query(knowing: ["number"])["number"]
        guard let provisioning else { throw Fault.noTwilioAccount }
        guard let purchase = try await chosen(wanted, of: caller, from: [.bought, .releasing, .released, .unknown])
        else {
            throw Fault.notFound("number")
        }
        try await faulting { try await provisioning.release(purchase) }
        return .noContent
    }

    func details(_ request: Request, _ caller: Caller) async throws -> Response {
        let (purchase, provisioning) = try await held(request, caller)
        let number = try await faulting { try await provisioning.details(purchase) }
        return .value(purchase.json.merging(number.json) { $1 })
    }

    func repair(_ request: Request, _ caller: Caller) async throws -> Response {
        let (purchase, provisioning) = try await held(request, caller)
        let number = try await faulting { try await provisioning.repair(purchase) }
        return .value(purchase.json.merging(number.json) { $1 })
    }

    /// `?scope=account` lists the whole Twilio account, for the platform's staff only.
    func list(_ request: Request, _ caller: Caller) async throws -> Response {
        let scope = try request.query(knowing: ["scope"])["scope"]
        guard [nil, "organization", "account"].contains(scope) else {
            throw Fault.invalid("scope", "Say organization or account.")
        }
        guard scope == "account" else {
            return .value(["items": .array(try await numbers.list(caller.organization).map { .object($0.json) })])
        }
        guard caller.isOperator else { throw Fault.forbidden("Only the platform's staff sees the whole account.") }
        guard let twilio else { throw Fault.noTwilioAccount }
        do {
            return .value(["items": .array(try await twilio.listAllPhoneNumbers(nil).map { .object($0.json) })])
        } catch {
            throw Fault.twilio(error)
        }
    }

    private func held(_ request: Request, _ caller: Caller) async throws -> (NumberPurchase, NumberProvisioning) {
        let wanted = try request.query(knowing: ["number"])["number"]
        guard let purchase = try await chosen(wanted, of: caller, from: [.bought]) else {
            throw Fault.notFound("number")
        }
        guard let provisioning else { throw Fault.noTwilioAccount }
        return (purchase, provisioning)
    }

    private func chosen(
        _ wanted: String?, of caller: Caller, from statuses: Set<NumberPurchase.Status>
    ) async throws -> NumberPurchase? {
        let all = try await numbers.list(caller.organization).filter { statuses.contains($0.status) }
        if let wanted { return all.first { $0.number == wanted } }
        let current = all.filter { $0.status != .released }
        guard current.count <= 1 else {
            throw Fault.invalid("number", "The organization has several numbers; say which with ?number=+1...")
        }
        return current.first ?? all.first
    }

    private func faulting<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as NumberStoreError {
            throw Fault(error)
        } catch let error as NumberProvisioningError {
            throw Fault(error)
        }
    }
}

extension NumbersHandler {
    func router(_ authenticator: Authenticator) -> Router {
        var routes = Routes(authenticator)
        for route in ["GET /api/organizations/search-numbers", "GET /api/v1/organizations/search-numbers"] {
            routes.member(route, search)
        }
        for route in [
            "POST /api/organizations/{id}/provision-number", "POST /api/v1/organizations/{id}/provision-number",
        ] {
            routes.member(route, in: .path("id"), as: .admin, buy)
        }
        for route in [
            "DELETE /api/organizations/{id}/provision-number", "DELETE /api/v1/organizations/{id}/provision-number",
        ] {
            routes.member(route, in: .path("id"), as: .admin, release)
        }
        for route in ["GET /api/organizations/{id}/number", "GET /api/v1/organizations/{id}/number"] {
            routes.member(route, in: .path("id"), details)
        }
        for route in ["PATCH /api/organizations/{id}/number", "PATCH /api/v1/organizations/{id}/number"] {
            routes.member(route, in: .path("id"), as: .admin, repair)
        }
        for route in ["GET /api/organizations/{id}/numbers", "GET /api/v1/organizations/{id}/numbers"] {
            routes.member(route, in: .path("id"), list)
        }
        return routes.router
    }
}
