/// A `Set-Cookie` value (RFC 6265 4.1). Names and values that would break the field are a bug of ours and trap.
package struct SetCookie: Sendable {
    package enum SameSite: String, Sendable {
        case strict = "Strict"
        case lax = "Lax"
        case none = "None"
    }

    package var name: String
    package var value: String
    package var path = "/"
    /// Seconds; 0 deletes the cookie, `nil` keeps it as long as the browser runs.
    package var maxAge: Int?
    package var isSecure: Bool
    package var isHTTPOnly = true
    package var sameSite = SameSite.lax

    package init(_ name: String, _ value: String, maxAge: Int? = nil, isSecure: Bool) {
        precondition(Self.isPlain(name) && Self.isPlain(value), "a cookie's name and value are plain characters")
        self.name = name
        self.value = value
        self.maxAge = maxAge
        self.isSecure = isSecure
    }

    package var text: String {
        var text = "\(name)=\(value); Path=\(path)"
        if let maxAge { text += "; Max-Age=\(maxAge)" }
        if isHTTPOnly { text += "; HttpOnly" }
        text += "; SameSite=\(sameSite.rawValue)"
        return isSecure ? text + "; Secure" : text
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && ![0x22, 0x2C, 0x3B, 0x5C].contains($0) }
    }
}
