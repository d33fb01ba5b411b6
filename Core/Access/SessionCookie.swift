import FoundationEssentials
import Web

/// The cookie `wa.sid`: 256 random bits of which only the SHA-256 is stored.
package struct SessionCookie: Sendable {
    package static let name = "wa.sid"
    /// Seconds; the server's limit is the one that counts.
    private static let lifetime = 24 * 3600
    /// PUBLIC_URL is https: the cookie never travels in the clear.
    private let isSecure: Bool

    package init(publicURL: String) {
        isSecure = publicURL.hasPrefix("https://")
    }

    func setting(_ token: String) -> String {
        field(token, maxAge: Self.lifetime)
    }

    func clearing() -> String {
        field("", maxAge: 0)
    }

    private func field(_ value: String, maxAge: Int) -> String {
        SetCookie(Self.name, value, maxAge: maxAge, isSecure: isSecure).text
    }

    /// The token's hash; `nil` when there is no cookie or it can't be one of ours.
    static func tokenHash(in request: Request) -> Data? {
        guard let token = request.cookies[name], token.utf8.count == 43, let bytes = Base64URL.decode(token) else {
            return nil
        }
        return sha256(bytes)
    }

    static func agentHash(in request: Request) -> Data {
        sha256((request.headers["user-agent"] ?? "").utf8)
    }
}
