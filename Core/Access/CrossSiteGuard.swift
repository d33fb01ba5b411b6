package import Domain
import Web

/// Keeps other sites from writing with a visitor's cookie.
///
/// Three layers: the cookie is SameSite=Lax; a browser that says the request is cross-site (`Sec-Fetch-Site`) is refused;
/// and every cookie-authenticated write must carry `x-csrf-token`, an HMAC of the session's id, which only a page that
/// could read an answer of ours knows. The token is bound to the session rather than double-submitted, so a sibling
/// domain that can plant cookies gains nothing, and it needs no storage. Bearer requests carry no cookie and need none.
package struct CrossSiteGuard: Sendable {
    package static let header = "x-csrf-token"
    private static let purpose = "csrf"
    private let secret: Secret

    package init(secret: Secret) {
        self.secret = secret
    }

    package func token(for session: SessionID) -> String {
        Base64URL.encode(secret.authenticate(session.text, for: Self.purpose))
    }

    func check(_ request: Request, session: SessionID) throws(Fault) {
        guard request.method.isWrite else { return }
        try Self.refuseCrossSite(request)
        guard let token = request.headers[Self.header].flatMap({ Base64URL.decode($0) }),
            secret.isValid(token, for: session.text, purpose: Self.purpose)
        else {
            throw Fault(
                status: 403, code: "csrf", detail: "The \(Self.header) header is missing or wrong; reload the page.")
        }
    }

    /// For writes before there is a session (login, sign-up) as well.
    static func refuseCrossSite(_ request: Request) throws(Fault) {
        if request.headers["sec-fetch-site"] == "cross-site" {
            throw Fault(status: 403, code: "csrf", detail: "Requests from another site are not accepted.")
        }
    }
}

extension Request.Method {
    var isWrite: Bool {
        switch self {
        case .get, .head, .options: false
        case .delete, .patch, .post, .put: true
        }
    }
}
