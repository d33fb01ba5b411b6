/// Cookies that a client sent (RFC 6265 4.2).
package enum Cookies {
    /// Reads `a=1; b=2` and single pairs alike. The first of a repeated name counts, as a cookie with the longer path
    /// comes first. Pairs without a name are dropped; at most 64 are kept.
    package static func parse(_ pairs: [String]) -> [String: String] {
        var cookies: [String: String] = [:]
        for pair in pairs.flatMap({ $0.split(separator: ";") }).prefix(64) {
            guard let equals = pair.firstIndex(of: "=") else { continue }
            let name = trimmed(pair[..<equals])
            if !name.isEmpty, cookies[name] == nil {
                cookies[name] = unquoted(trimmed(pair[pair.index(after: equals)...]))
            }
        }
        return cookies
    }

    private static func unquoted(_ value: String) -> String {
        value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            ? String(value.dropFirst().dropLast()) : value
    }
}

/// Without spaces and tabs at either end.
func trimmed(_ text: some StringProtocol) -> String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = text.drop(while: isSpace)
    let end = start.reversed().prefix(while: isSpace).count
    return String(start.dropLast(end))
}
