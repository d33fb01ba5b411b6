import Domain
import Web

/// The cookie `wa.device`: says that this browser entered an account before, so that strangers' wrong guesses do not keep it out.
/// It opens nothing. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
///
/// 16 random bytes and an HMAC over them and the account's name: nothing is stored, and it is worth nothing for another account.
struct KnownDevice: Sendable {
    static let name = "wa.device"
    /// Seconds.
    private static let lifetime = 365 * 24 * 3600
    private static let purpose = "known device"
    private let secret: Secret
    private let isSecure: Bool

    init(secret: Secret, publicURL: String) {
        self.secret = secret
        isSecure = publicURL.hasPrefix("https://")
    }

    /// The device's own number, in base64url; `nil` for one that never entered this account.
    /// - Parameter login: as it was written.
    func id(in request: Request, for login: String) -> String? {
        guard let text = request.cookies[Self.name], text.utf8.count == 64, let bytes = Base64URL.decode(text),
            bytes.count == 48
        else { return nil }
        let number = Array(bytes[..<16])
        return secret.isValid(Array(bytes[16...]), for: Self.message(number, login), purpose: Self.purpose)
            ? Base64URL.encode(number) : nil
    }

    /// `Set-Cookie` for a browser that has just entered: its own number again, or a new one.
    /// - Parameter name: of the account, as the database spells it.
    func cookie(_ request: Request, for name: String, _ randomness: Randomness) -> String {
        if let kept = request.cookies[Self.name], id(in: request, for: name) != nil { return setting(kept) }
        let number = randomness.bytes(16)
        return setting(Base64URL.encode(number + secret.authenticate(Self.message(number, name), for: Self.purpose)))
    }

    private func setting(_ value: String) -> String {
        SetCookie(Self.name, value, maxAge: Self.lifetime, isSecure: isSecure).text
    }

    private static func message(_ number: [UInt8], _ login: String) -> String {
        "\(Base64URL.encode(number)) \(LoginName.plain(login))"
    }
}
