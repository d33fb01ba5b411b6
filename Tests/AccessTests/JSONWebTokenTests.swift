import Cryptography
import Domain
import FoundationEssentials
import Support
import Testing
import Web

@testable import Access

/// What must be refused: RFC 8725, and the confusions that libraries fell for.
@Suite struct JSONWebTokenTests {
    private static let key = SecretKey("a key of its own that is long enough".utf8)
    private static let claims: JSONValue = ["sub": "ann", "exp": 1_300_819_380]

    /// RFC 7515, appendix A.1.
    @Test func thePublishedSignature() throws {
        let input = """
            eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.\
            eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ
            """
        let secret = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
        let key = SecretKey(try #require(Base64URL.decode(secret)))
        let signature = JSONWebToken.signature(of: input.utf8, key: key)
        #expect(Base64URL.encode(signature) == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
        // Right, and still no token of ours: its header is another one.
        #expect(JSONWebToken.claims(of: "\(input).\(Base64URL.encode(signature))", key: key) == nil)
    }

    @Test func claimsComeBackAsTheyLeft() {
        let token = JSONWebToken.sign(Self.claims, key: Self.key)
        #expect(JSONWebToken.claims(of: token, key: Self.key) == Self.claims)
        #expect(JSONWebToken.claims(of: token, key: SecretKey("another key that is long enough".utf8)) == nil)
    }

    @Test(arguments: [
        #"{"alg":"none","typ":"JWT"}"#, #"{"alg":"None","typ":"JWT"}"#, #"{"alg":"NONE"}"#, #"{"alg":""}"#, "{}",
        #"{"alg":"hs256","typ":"JWT"}"#, #"{"alg":"HS384","typ":"JWT"}"#, #"{"alg":"HS512","typ":"JWT"}"#,
        #"{"alg":"RS256","typ":"JWT"}"#, #"{"alg":"ES256","typ":"JWT"}"#, #"{"alg":"PBES2-HS256+A128KW","p2c":1}"#,
        #"{"alg":"HS256","typ":"JWT","kid":"../../dev/null"}"#, #"{"alg":"HS256","typ":"JWT","kid":"' or 1=1 --"}"#,
        #"{"alg":"HS256","typ":"JWT","jwk":{"kty":"oct","k":"AA"}}"#, #"{"alg":"HS256","jku":"https://example.com"}"#,
        #"{"alg":"HS256","typ":"JWT","x5u":"https://example.com"}"#, #"{"alg":"HS256","typ":"JWT","crit":["exp"]}"#,
        #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","typ":"JWT","zip":"DEF"}"#,
        #"{"alg":"none","alg":"HS256","typ":"JWT"}"#, #"{"alg":"HS256","alg":"none","typ":"JWT"}"#,
        #"{"typ":"JWT","alg":"HS256"}"#, #"{ "alg":"HS256","typ":"JWT"}"#, #"{"alg":"HS256","typ":"JWT"} "#,
        #"{"alg":"HS256","typ":"at+jwt"}"#, "[]", "null", "",
    ])
    func anyOtherHeaderIsRefusedAlsoWhenItIsSigned(_ header: String) {
        let input = "\(Base64URL.encode(header.utf8)).\(Base64URL.encode(Self.claims.bytes))"
        let signature = Base64URL.encode(JSONWebToken.signature(of: input.utf8, key: Self.key))
        for token in ["\(input).\(signature)", "\(input).", input] {
            #expect(JSONWebToken.claims(of: token, key: Self.key) == nil)
        }
    }

    @Test func anyByteThatChangesIsSeen() {
        let token = JSONWebToken.sign(Self.claims, key: Self.key)
        for index in token.indices {
            for other in ["A", "B", ".", "=", "+", " ", "\0", "é"] where String(token[index]) != other {
                let changed = token.replacingCharacters(in: index, by: other)
                #expect(JSONWebToken.claims(of: changed, key: Self.key) == nil)
            }
        }
        for end in token.indices { #expect(JSONWebToken.claims(of: String(token[..<end]), key: Self.key) == nil) }
    }

    @Test func otherFormsOfTheSameTokenAreNone() throws {
        let token = JSONWebToken.sign(Self.claims, key: Self.key)
        let parts = token.split(separator: ".")
        let long = JSONWebToken.sign(["sub": .string(String(repeating: "a", count: 4000))], key: Self.key)
        for other in [
            "\(token)=", "\(token).", ".\(token)", "\(token).\(parts[2])", " \(token)", "\(token)\n", "Bearer \(token)",
            "\(parts[0]).\(parts[1])", "\(parts[0])..\(parts[2])", "..", "", long,
        ] {
            #expect(JSONWebToken.claims(of: other, key: Self.key) == nil)
        }
        // Signed and no object of claims.
        for payload in ["[]", "1", "\"a\"", "null", "{", #"{"a":1,"a":2}"#, "{}{}", "\u{FEFF}{}"] {
            let input = "\(parts[0]).\(Base64URL.encode(payload.utf8))"
            let signature = Base64URL.encode(JSONWebToken.signature(of: input.utf8, key: Self.key))
            #expect(JSONWebToken.claims(of: "\(input).\(signature)", key: Self.key) == nil)
        }
    }

    private static let now = Date(timeIntervalSince1970: 1_795_219_200)
    private static let user = UserID(UUID())
    private static let session = SessionID(UUID())

    private func tokens(_ secret: String = "a secret that is long enough for it") throws -> BearerTokens {
        BearerTokens(secret: try Secret(secret))
    }

    @Test func aTokenHoldsForItsTimeAndItsSecret() throws {
        let token = try tokens().issue(user: Self.user, session: Self.session, at: Self.now)
        #expect(try tokens().session(of: token, at: Self.now + BearerTokens.lifetime - 1) == Self.session)
        #expect(try tokens().session(of: token, at: Self.now + BearerTokens.lifetime) == nil)
        #expect(try tokens("another secret that is long enough").session(of: token, at: Self.now) == nil)
    }

    @Test func claimsThatAreNotOursAreRefused() throws {
        let key = try Secret("a secret that is long enough for it").key(for: "bearer token")
        let exp = Int(Self.now.timeIntervalSince1970) + 60
        let right: [String: JSONValue] = [
            "iss": "parley", "aud": "parley-api", "sub": "x", "sid": .string(Self.session.text), "exp": .integer(exp),
        ]
        func session(_ name: String, _ value: JSONValue?) throws -> SessionID? {
            var claims = right
            claims[name] = value
            return try tokens().session(of: JSONWebToken.sign(.object(claims), key: key), at: Self.now)
        }
        #expect(try session("sub", "x") == Self.session)
        for (name, value) in [
            ("iss", nil), ("iss", "another"), ("iss", ["parley"]), ("aud", nil), ("aud", "another"), ("aud", []),
            ("exp", nil), ("exp", .null), ("exp", .string("\(exp)")), ("exp", .integer(exp - 60)), ("exp", .bool(true)),
            ("exp", .number(Double(exp) + 0.5)), ("exp", .number(1e30)), ("exp", .integer(-1)), ("sid", nil),
            ("sid", "x"), ("sid", 1), ("sid", .array([.string("x")])),
        ] as [(String, JSONValue?)] {
            #expect(try session(name, value) == nil, "\(name)")
        }
    }

    /// A fuzz of it: no bytes whatever make it fall over, and none is let in.
    @Test func noiseIsRefused() throws {
        let isLong = ProcessInfo.processInfo.environment["PARLEY_LONG"] == "1"
        var dice = SeededGenerator(seed: 8)
        let token = JSONWebToken.sign(Self.claims, key: Self.key)
        for _ in 0..<(isLong ? 40_000_000 : 2000) {
            var bytes = Array(token.utf8)
            for _ in 0...Int.random(in: 0..<4, using: &dice) {
                let place = Int.random(in: bytes.indices, using: &dice)
                switch Int.random(in: 0..<3, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &dice)
                case 1: bytes.remove(at: place)
                default: bytes.insert(UInt8.random(in: 0...255, using: &dice), at: place)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text == token || JSONWebToken.claims(of: text, key: Self.key) == nil)
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in index: Index, by other: String) -> String {
        String(self[..<index]) + other + String(self[self.index(after: index)...])
    }
}
