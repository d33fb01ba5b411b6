/// An error that knows its HTTP answer. Anything else that is thrown becomes a 500 that says nothing but its request id.
///
/// `detail` reaches the client: it never carries secrets, SQL, stack traces or another tenant's data.
package struct Fault: Error, Sendable, Equatable {
    package var status: Int
    /// Stable, kebab-case; clients may switch on it (RFC 9457 `type` is `urn:parley:problem:<code>`).
    package var code: String
    package var detail: String
    /// The request field that was wrong, as the client wrote it.
    package var field: String?
    /// Seconds until a retry makes sense; sent as `Retry-After`.
    package var retryAfter: Int?
    /// The methods that would have been right; sent as `Allow` with a 405 (RFC 9110 15.5.6).
    package var allowedMethods: [String]

    package init(
        status: Int, code: String, detail: String, field: String? = nil, retryAfter: Int? = nil,
        allowedMethods: [String] = []
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.retryAfter = retryAfter
        self.allowedMethods = allowedMethods
    }

    package static func invalid(_ field: String, _ detail: String) -> Fault {
        Fault(status: 422, code: "invalid-field", detail: detail, field: field)
    }
    package static func malformed(_ detail: String) -> Fault {
        Fault(status: 400, code: "malformed-request", detail: detail)
    }
    package static let unauthenticated = Fault(status: 401, code: "unauthenticated", detail: "Sign in first.")
    package static func forbidden(_ detail: String) -> Fault { Fault(status: 403, code: "forbidden", detail: detail) }
    package static func notFound(_ what: String) -> Fault {
        Fault(status: 404, code: "not-found", detail: "There is no such \(what).")
    }
    package static func methodNotAllowed(_ allowed: [String]) -> Fault {
        Fault(
            status: 405, code: "method-not-allowed", detail: "That method is not allowed here.", allowedMethods: allowed
        )
    }
    /// Of no route at all, so no list of others would be right (RFC 9110, 15.6.2).
    package static let unknownMethod = Fault(
        status: 501, code: "not-implemented", detail: "That method is not known here.")
    package static func conflict(_ code: String, _ detail: String) -> Fault {
        Fault(status: 409, code: code, detail: detail)
    }
    package static let tooLarge = Fault(status: 413, code: "too-large", detail: "The body is too large.")
    package static let unsupportedType = Fault(
        status: 415, code: "unsupported-media-type", detail: "That content type is not accepted here.")
    package static func tooManyTries(retryAfter: Int) -> Fault {
        Fault(
            status: 429, code: "too-many-tries", detail: "Too many tries; wait and try again.", retryAfter: retryAfter)
    }
    package static func unavailable(_ detail: String) -> Fault {
        Fault(status: 503, code: "unavailable", detail: detail, retryAfter: 5)
    }
}
