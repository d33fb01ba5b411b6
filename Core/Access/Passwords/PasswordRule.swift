package import Web

/// What a password must be, whoever chooses it: a customer at sign-up, the operator in the environment. Length and a list of what is
/// tried first; no rules about kinds of characters (NIST SP 800-63B, ASVS 5.0, 6.2).
package enum PasswordRule {
    /// At least so many characters, as Unicode scalars (NIST SP 800-63B counts code points), and at most so many bytes in UTF-8: no
    /// password that could be right is longer, and hashing a long one costs.
    package static let length = 8...256

    /// What speaks against it, as a sentence; `nil` when nothing does.
    /// - Parameter names: what belongs to the account and everybody can know: its e-mail address, its user name.
    package static func objection(to password: String, of names: [String]) -> String? {
        if let objection = objection(toLengthOf: password) { return objection }
        let plain = password.lowercased()
        guard Set(plain.filter { !$0.isWhitespace }).count > 1 else {
            return "A password is more than one character again and again."
        }
        guard !names.contains(where: { LoginName.looks($0, like: plain) }) else {
            return "A password is something else than the name of the account."
        }
        guard !FrequentPasswords.contains(password) else {
            return "This password is one of the first that everybody tries; choose another."
        }
        return nil
    }
}

extension PasswordRule {
    package static func objection(toLengthOf password: String) -> String? {
        guard password.unicodeScalars.count >= length.lowerBound else {
            return "A password has at least \(length.lowerBound) characters."
        }
        guard password.utf8.count <= length.upperBound else {
            return "A password has at most \(length.upperBound) bytes."
        }
        return nil
    }

    package static func check(_ password: String, of names: [String], field: String) throws(Fault) {
        if let objection = objection(to: password, of: names) { throw .invalid(field, objection) }
    }
}
