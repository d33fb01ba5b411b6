import Domain
package import Web

/// Declares routes that only open to somebody who signed in. What a route needs stands in its declaration:
///
///     routes.member("GET /api/organizations/{id}", in: .path("id")) { request, caller in ... }
package struct Routes: Sendable {
    package private(set) var router = Router()
    private let authenticator: Authenticator

    package init(_ authenticator: Authenticator) {
        self.authenticator = authenticator
    }

    /// Where a request names its organization.
    package enum Source: Sendable {
        /// A path parameter.
        case path(String)
        /// The header `x-organization-id`, else the user's personal organization, else their oldest.
        case header
    }

    /// A route for everybody: it proves the caller in its own way (a password, a secret header).
    package mutating func open(_ declaration: String, _ handle: @escaping Router.Handle) {
        router.on(declaration, handle)
    }

    /// A route for anybody who is signed in; no organization is entered.
    package mutating func signedIn(
        _ declaration: String, _ handle: @escaping @Sendable (Request, Admission) async throws -> Response
    ) {
        let authenticator = authenticator
        router.on(declaration) { request in
            let admission = try await authenticator.admit(request)
            return admission.rolling(try await handle(request, admission))
        }
    }

    /// A route for members of one organization with at least `role` there. Others learn nothing: 404 when they are no
    /// members, 403 when their role is too small.
    package mutating func member(
        _ declaration: String, in source: Source = .header, as role: Role = .agent,
        _ handle: @escaping @Sendable (Request, Caller) async throws -> Response
    ) {
        let authenticator = authenticator
        router.on(declaration) { request in
            let admission = try await authenticator.admit(request, organization: try source.organization(in: request))
            guard let caller = admission.member else { throw Fault.notFound("organization") }
            guard caller.role >= role else {
                throw Fault.forbidden("This needs the role \(role.rawValue); yours is \(caller.role.rawValue).")
            }
            return admission.rolling(try await handle(request, caller))
        }
    }
}

extension Routes.Source {
    fileprivate func organization(in request: Request) throws -> OrganizationID? {
        switch self {
        case .path(let name):
            guard let id = request.pathParameters[name].flatMap({ OrganizationID($0) }) else {
                throw Fault.notFound("organization")
            }
            return id
        case .header:
            guard let text = request.headers["x-organization-id"] else { return nil }
            guard let id = OrganizationID(text) else {
                throw Fault.invalid("x-organization-id", "x-organization-id must be an organization's id.")
            }
            return id
        }
    }
}

extension Admission {
    /// The answer with the browser's cookie rolled; an answer that sets a cookie itself keeps its own. Answers of the API
    /// belong to one caller: no cache may keep them.
    fileprivate func rolling(_ response: Response) -> Response {
        var response = response
        if response.headers["cache-control"] == nil { response.headers.add("cache-control", "no-store") }
        if response.cookies.isEmpty, let cookie { response.cookies = [cookie] }
        return response
    }
}

/// The name under which endpoints that are not yet values know a member.
package typealias Caller = Member
