package import Domain
import FoundationEssentials
import Web

/// Signs what leaves with a redirect and must come back unchanged from a provider (OAuth `state`): the purpose, a
/// payload, an expiry and a nonce under an HMAC. `<payload>.<expiry>.<nonce>.<code>`, URL-safe.
///
/// Whoever must take each state once (OAuth callbacks) stores the nonce with the result it leads to.
package struct SignedState: Sendable {
    private let secret: Secret
    private let clock: WallClock
    private let randomness: Randomness

    package init(secret: Secret, clock: WallClock, randomness: Randomness) {
        self.secret = secret
        self.clock = clock
        self.randomness = randomness
    }

    package struct Content: Sendable, Equatable {
        package var payload: String
        package var nonce: String
    }

    /// - Parameters:
    ///   - purpose: names the flow, `facebook-oauth`; a state of one flow is invalid in another.
    ///   - lifetime: seconds.
    package func sign(_ payload: String, purpose: String, lifetime: Double = 600) -> String {
        let expiry = Int64(clock.now().timeIntervalSince1970 + lifetime)
        let message =
            "\(Base64URL.encode(payload.utf8)).\(expiry).\(Base64URL.encode(randomness.bytes(16)))"
        return message + "." + Base64URL.encode(secret.authenticate(message, for: "state " + purpose))
    }

    /// `nil` when it is malformed, forged, of another purpose or expired.
    package func verify(_ state: String, purpose: String) -> Content? {
        let parts = state.split(separator: ".", omittingEmptySubsequences: false)
        guard state.utf8.count <= 4096, parts.count == 4, let code = Base64URL.decode(parts[3]) else { return nil }
        let message = parts[0..<3].joined(separator: ".")
        guard secret.isValid(code, for: message, purpose: "state " + purpose),
            let expiry = Int64(parts[1]), clock.now().timeIntervalSince1970 < Double(expiry),
            let payload = Base64URL.decode(parts[0]).flatMap({ String(validating: $0, as: UTF8.self) })
        else { return nil }
        return Content(payload: payload, nonce: String(parts[2]))
    }
}
