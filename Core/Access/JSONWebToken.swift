import Cryptography
import Web

/// JSON Web Tokens (RFC 7519) signed with HMAC-SHA256 (`HS256`, RFC 7515 and 7518 section 3.2), and no others.
///
/// A header is never read, only compared with the one that is written here: a token that names another algorithm, a key, a
/// `crit` or anything else was not made here, and nothing in it can be taken for an instruction (RFC 8725, sections 2.1, 2.8,
/// 3.1 and 3.10). The signature is checked before the claims are parsed.
enum JSONWebToken {
    private static let header = Base64URL.encode(#"{"alg":"HS256","typ":"JWT"}"#.utf8)
    /// Longer ones are refused unread.
    private static let longest = 2048

    /// - Parameter claims: an object.
    static func sign(_ claims: JSONValue, key: SecretKey) -> String {
        let input = "\(header).\(Base64URL.encode(claims.bytes))"
        return "\(input).\(Base64URL.encode(signature(of: input.utf8, key: key)))"
    }

    /// The claims of a token that was signed with this key; `nil` for anything else. What they say is the caller's to judge.
    static func claims(of token: String, key: SecretKey) -> JSONValue? {
        guard token.utf8.count <= longest else { return nil }
        let parts = token.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map(Substring.init)
        guard parts.count == 3, parts[0].utf8.elementsEqual(header.utf8), let code = Base64URL.decode(parts[2]),
            equalInConstantTime(code, signature(of: "\(parts[0]).\(parts[1])".utf8, key: key)),
            let payload = Base64URL.decode(parts[1]), let claims = try? JSONValue(parsing: payload),
            claims.object != nil
        else { return nil }
        return claims
    }

    /// RFC 7515, section 5.1, step 5.
    static func signature(of input: some Sequence<UInt8>, key: SecretKey) -> [UInt8] {
        HMAC.code(for: input, key: key)
    }
}
