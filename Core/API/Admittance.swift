package import Access
import Cryptography
package import Domain
import Store
package import Web

/// Who may call an endpoint, and as whom the handler then sees them.
package struct Admittance<Caller: Sendable>: Sendable {
    /// What the matrices and the reference read.
    package let rule: AdmittanceRule
    let admit: @Sendable (Request, APIEnvironment) async throws -> Admitted<Caller>
}

/// A caller who was let in.
struct Admitted<Caller: Sendable>: Sendable {
    let caller: Caller
    /// Whose rate limits and idempotency keys these are; `nil` for those without an account.
    var user: UserID?
    var organization: OrganizationID?
    /// `Set-Cookie` that rolls a browser's session.
    var cookie: String?
}

/// Who may call, as a value.
package enum AdmittanceRule: Sendable, Equatable {
    /// A test lists what is public, and nothing else is.
    case everybody
    case signedIn
    /// `scope`: what an API key must be allowed for this; `nil` opens to no key.
    case member(Role, in: OrganizationSource, scope: KeyScope? = nil)
    case platformStaff
    /// A provider's signature over the request.
    case signature(of: String)
    case secretHeader(String)
    /// A single-purpose token in the path.
    case token(purpose: String)

    /// Whether a session or a bearer token opens it.
    package var needsSession: Bool {
        switch self {
        case .signedIn, .member, .platformStaff: true
        case .everybody, .signature, .secretHeader, .token: false
        }
    }
}

/// Where a request names its organization.
package enum OrganizationSource: Sendable, Equatable {
    /// A path parameter.
    case path(String)
    /// The header `x-organization-id`, else the user's personal organization, else their oldest.
    case header
    /// The same, or for a browser's `EventSource`, which sends no headers, this parameter of the query.
    case headerOrQuery(String)

    package var takesHeader: Bool { if case .path = self { false } else { true } }
}

extension Admittance where Caller == Void {
    package static let everybody = Admittance(rule: .everybody) { _, _ in Admitted(caller: ()) }

    /// `verify` throws unless the request proves itself.
    package static func signature(
        of provider: String, _ verify: @escaping @Sendable (Request, APIEnvironment) throws -> Void
    ) -> Admittance {
        Admittance(rule: .signature(of: provider)) { request, api in
            try verify(request, api)
            return Admitted(caller: ())
        }
    }

    /// `secret` is what the header must hold; unset, the endpoint opens to nobody.
    package static func secretHeader(
        _ name: String, _ secret: @escaping @Sendable (APIEnvironment) throws -> String?
    ) -> Admittance {
        Admittance(rule: .secretHeader(name)) { request, api in
            guard let secret = try secret(api), let sent = request.headers[name],
                equalInConstantTime(Array(sent.utf8), Array(secret.utf8))
            else { throw Fault.unauthenticated }
            return Admitted(caller: ())
        }
    }
}

extension Admittance {
    /// `open` reads the token of the path; `nil` for one that is malformed, forged or expired.
    package static func token(
        purpose: String, of what: String,
        _ open: @escaping @Sendable (_ token: String, APIEnvironment) throws -> Caller?
    ) -> Admittance {
        Admittance(rule: .token(purpose: purpose)) { request, api in
            guard let caller = try open(request.pathParameters["token"] ?? "", api) else { throw Fault.notFound(what) }
            return Admitted(caller: caller)
        }
    }
}

extension Admittance where Caller == Admission {
    package static let signedIn = Admittance(rule: .signedIn) { request, api in
        let admission = try await api.authenticator().admit(request)
        return Admitted(caller: admission, user: admission.session.user, cookie: admission.cookie)
    }

    package static let platformStaff = Admittance(rule: .platformStaff) { request, api in
        let admission = try await api.authenticator().admit(request)
        guard admission.session.isOperator else { throw Fault.forbidden("Only the platform's staff may do this.") }
        return Admitted(caller: admission, user: admission.session.user, cookie: admission.cookie)
    }
}

extension Admittance where Caller == Member {
    /// Members of one organization with at least `role` there, and its API keys that have `scope`. Others learn nothing: 404
    /// when they are no members, 403 when their role is too small. Members, keys, billing and numbers have no scope.
    package static func member(
        _ role: Role, in source: OrganizationSource = .header, scope: KeyScope? = nil
    ) -> Admittance {
        Admittance(rule: .member(role, in: source, scope: scope)) { request, api in
            let organization = try source.organization(in: request)
            if let key = try await api.authenticator().apiKey(in: request) {
                return try admitted(key, in: organization, for: scope)
            }
            let admission = try await api.authenticator().admit(request, organization: organization)
            guard let member = admission.member else { throw Fault.notFound("organization") }
            guard member.role >= role else {
                throw Fault.forbidden("This needs the role \(role.rawValue); yours is \(member.role.rawValue).")
            }
            return Admitted(
                caller: member, user: member.user, organization: member.organization, cookie: admission.cookie)
        }
    }

    /// A key acts in the name of whoever made it, as a viewer or an agent.
    private static func admitted(
        _ key: APIKey, in organization: OrganizationID?, for scope: KeyScope?
    ) throws(Fault) -> Admitted<Member> {
        guard (organization ?? key.organization) == key.organization else { throw .notFound("organization") }
        guard let scope else { throw .forbidden("API keys don't open this; sign in.") }
        guard key.scopes.contains(scope) else { throw .forbidden("This needs a key with the scope \(scope.text).") }
        let member = Member(user: key.createdBy, organization: key.organization, role: scope.role)
        return Admitted(caller: member, user: member.user, organization: member.organization)
    }
}

extension OrganizationSource {
    fileprivate func organization(in request: Request) throws -> OrganizationID? {
        switch self {
        case .path(let name):
            guard let id = request.pathParameters[name].flatMap({ OrganizationID($0) }) else {
                throw Fault.notFound("organization")
            }
            return id
        case .header: return try Self.organization(request.headers[Self.headerName], from: Self.headerName)
        case .headerOrQuery(let name):
            let asked = try Self.organization(FormFields(decoding: request.rawQuery.utf8)?[name], from: name)
            let named = try Self.organization(request.headers[Self.headerName], from: Self.headerName)
            guard let asked, let named, asked != named else { return asked ?? named }
            throw Fault.invalid(name, "\(name) and \(Self.headerName) name different organizations.")
        }
    }

    private static let headerName = "x-organization-id"

    private static func organization(_ text: String?, from field: String) throws(Fault) -> OrganizationID? {
        guard let text else { return nil }
        guard let id = OrganizationID(text) else {
            throw .invalid(field, "\(field) must be an organization's id.")
        }
        return id
    }
}
