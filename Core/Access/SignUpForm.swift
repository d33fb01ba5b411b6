package import Web

/// The body of a sign-up, as it was sent. The checks name the field that is wrong.
package struct SignUpForm: Decodable, Sendable {
    /// Bytes.
    static let longestPassword = 256
    private static let shortestPassword = 8

    package var email: String
    package var password: String
    package var businessName: String
    package var name: String?

    private enum CodingKeys: String, CodingKey {
        case email, password, name
        case businessName = "business_name"
    }

    /// Lower case. One `@` with something before and a name with a dot behind it; the rest only a message could prove.
    func checkedEmail() throws(Fault) -> String {
        let email = self.email.lowercased()
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), email.utf8.count <= 254,
            email.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !Array("\"(),:;<>[\\]".utf8).contains($0) }),
            parts[1].split(separator: ".", omittingEmptySubsequences: false).count >= 2,
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
        else { throw .invalid("email", "This is not an email address.") }
        return email
    }

    func checkedPassword() throws(Fault) -> String {
        guard password.utf8.count >= Self.shortestPassword else {
            throw .invalid("password", "A password has at least \(Self.shortestPassword) characters.")
        }
        guard password.utf8.count <= Self.longestPassword else {
            throw .invalid("password", "A password has at most \(Self.longestPassword) bytes.")
        }
        return password
    }

    func checkedBusinessName() throws(Fault) -> String {
        try checkedText(businessName, field: "business_name", 1...200)
    }

    func checkedName() throws(Fault) -> String {
        try checkedText(name ?? "", field: "name", 0...200)
    }
}

/// Text of a length counted as Postgres counts it (Unicode scalars), not only white space where it is required.
package func checkedText(_ text: String, field: String, _ length: ClosedRange<Int>) throws(Fault) -> String {
    guard !text.unicodeScalars.contains("\0") else { throw .invalid(field, "This must not hold a NUL character.") }
    let count = text.unicodeScalars.count
    guard length.contains(count), length.lowerBound == 0 || text.contains(where: { !$0.isWhitespace }) else {
        throw .invalid(
            field,
            count > length.upperBound
                ? "At most \(length.upperBound) characters." : "At least \(length.lowerBound) characters.")
    }
    return text
}
