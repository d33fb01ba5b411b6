import Cryptography
import Web

/// The operator named by `DASHBOARD_USERNAME` and `DASHBOARD_PASSWORD`. The environment's password is the one that
/// counts; the account is made at its first login.
package struct FirstAdmin: Sendable {
    package static let defaultUsername = "admin"
    package static let defaultPassword = "admin123"

    package let username: String
    let password: String

    /// - Throws: outside the sandbox, when the password is the default or empty.
    package init(username: String?, password: String?, isSandbox: Bool) throws(FirstAdminError) {
        self.username = username ?? Self.defaultUsername
        self.password = password ?? Self.defaultPassword
        guard isSandbox || (!self.password.isEmpty && self.password != Self.defaultPassword) else {
            throw FirstAdminError()
        }
    }

    /// Constant time in the password.
    func matches(_ password: String) -> Bool {
        equalInConstantTime(sha256(password.utf8), sha256(self.password.utf8))
    }
}

package struct FirstAdminError: Error, CustomStringConvertible {
    package var description: String {
        "DASHBOARD_PASSWORD must be set, and not to the default, outside the sandbox (PARLEY_SANDBOX=1)"
    }
}
