import Cryptography
import Domain
import FoundationEssentials
import Web

/// The operator named by `DASHBOARD_USERNAME` and `DASHBOARD_PASSWORD`. The environment alone says who that is: no password of theirs
/// is stored, and a changed name or password ends their sessions (`OperatorAccess`).
package struct FirstAdmin: Sendable {
    package static let defaultUsername = "admin"
    package static let defaultPassword = "admin123"

    /// In lower case, as the database spells names.
    package let username: String
    let password: String
    private let isSandbox: Bool

    /// - Throws: for a name that is none; outside the sandbox also for a password that is the default, empty or easily guessed.
    package init(username: String?, password: String?, isSandbox: Bool) throws(FirstAdminError) {
        let name = username ?? Self.defaultUsername
        guard LoginName.isUsername(name) else { throw .username }
        self.username = name.lowercased()
        self.password = password ?? Self.defaultPassword
        self.isSandbox = isSandbox
        guard !isSandbox else { return }
        guard !self.password.isEmpty, self.password != Self.defaultPassword else { throw .noPassword }
        if let objection = PasswordRule.objection(to: self.password, of: [name]) { throw .weakPassword(objection) }
    }

    /// Constant time in the password.
    func matches(_ password: String) -> Bool {
        equalInConstantTime(sha256(password.utf8), sha256(self.password.utf8))
    }

    /// Changes with the name, the password, and when a sandbox becomes a real installation.
    func fingerprint(_ secret: Secret) -> Data {
        let parts = [isSandbox ? "sandbox" : "production", username, password]
        return Data(secret.authenticate(parts.joined(separator: "\0"), for: "operator"))
    }
}

package enum FirstAdminError: Error, Equatable, CustomStringConvertible {
    case username
    case noPassword
    case weakPassword(String)

    package var description: String {
        switch self {
        case .username: "DASHBOARD_USERNAME must be 1 to 100 letters, digits and signs of ASCII, without spaces"
        case .noPassword:
            "DASHBOARD_PASSWORD must be set to something of your own outside the sandbox, and not to the default"
        case .weakPassword(let objection): "DASHBOARD_PASSWORD is too weak: \(objection)"
        }
    }
}
