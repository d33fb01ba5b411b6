package import Web

/// A new account whose fields were checked.
package struct SignUp: Sendable, Equatable {
    /// Lower case.
    package var email: String
    package var password: String
    package var businessName: String
    package var name: String

    package init(email: String = "", password: String = "", businessName: String = "", name: String = "") {
        self.email = email
        self.password = password
        self.businessName = businessName
        self.name = name
    }
}

/// - Returns: the address in lower case. One `@` with something before and a name with a dot behind it; the rest only a
///   message could prove.
package func checkedEmail(_ text: String, field: String) throws(Fault) -> String {
    let email = text.lowercased()
    let parts = email.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2, (1...64).contains(parts[0].utf8.count), email.utf8.count <= 254,
        email.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Array("\"(),:;<>[\\]".utf8).contains($0) }),
        parts[1].split(separator: ".", omittingEmptySubsequences: false).count >= 2,
        parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
    else { throw .invalid(field, "This is not an email address.") }
    return email
}
