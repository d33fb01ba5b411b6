import FoundationEssentials
import Support
import Testing
import Web

@Suite struct TwilioSignatureTests {
    struct File: Decodable {
        let vectors: [Vector]
    }

    struct Vector: Decodable, CustomStringConvertible {
        struct Sent: Decodable {
            let method: String
            let url: String
            let headers: [String: String]
            let body: String
        }
        let id: String
        let why: String
        let secret: String
        let request: Sent
        let expectedValid: Bool

        var description: String { "\(id): \(why)" }

        enum CodingKeys: String, CodingKey {
            case id, why, secret, request
            case expectedValid = "expected_valid"
        }
    }

    static let secret = "12345678901234567890123456789012"
    static let url = "https://bot.example.com/webhooks/twilio"

    @Test func everyVectorOfTheOfficialSDKGetsItsAnswer() throws {
        let vectors = try Vectors.load("twilio_signature.json", as: File.self).vectors
        #expect(vectors.count >= 31)
        #expect(vectors.contains { $0.expectedValid } && vectors.contains { !$0.expectedValid })
        for vector in vectors {
            let signature = TwilioSignature(authTokens: [vector.secret], sharedKeys: [vector.secret])
            let headers = Headers(vector.request.headers.map { ($0.key, $0.value) })
            let method = try #require(Request.Method(rawValue: vector.request.method))
            let isValid = signature.isValid(
                method: method, url: vector.request.url, headers: headers, body: Array(vector.request.body.utf8))
            #expect(isValid == vector.expectedValid, "\(vector)")
        }
    }

    @Test func theURLIsBuiltFromTheConfigurationAndTheRawQuery() throws {
        var request = signed(url: "\(Self.url)?tenant=4%202", body: "Body=hi")
        request.rawQuery = "tenant=4%202"
        let signature = TwilioSignature(authTokens: [Self.secret])
        #expect(signature.isValid(request, publicURL: "https://bot.example.com"))
        #expect(!signature.isValid(request, publicURL: "https://evil.example.com"))
        request.rawQuery = "tenant=4+2"
        #expect(!signature.isValid(request, publicURL: "https://bot.example.com"), "re-encoding breaks it")
    }

    @Test func duringRotationTheSecondaryTokenIsAcceptedToo() {
        let request = signed(url: Self.url, body: "Body=hi")
        #expect(
            TwilioSignature(authTokens: ["new", Self.secret]).isValid(request, publicURL: "https://bot.example.com"))
        #expect(!TwilioSignature(authTokens: ["new"]).isValid(request, publicURL: "https://bot.example.com"))
    }

    /// Twilio drops credentials of the configured URL before it signs; its SDKs sign what they are given (K29).
    @Test(arguments: [
        "https://user:p%40ss@bot.example.com", "https://user@bot.example.com:8443", "https://a@b:c@bot.example.com",
    ])
    func aURLWithCredentialsIsAcceptedWithThemAndWithout(_ publicURL: String) {
        let path = "/webhooks/twilio"
        let bare = "https://" + (publicURL.split(separator: "@").last ?? "")
        for url in [publicURL, bare] {
            var request = signed(url: url + path, body: "Body=hi")
            request.path = path
            #expect(TwilioSignature(authTokens: [Self.secret]).isValid(request, publicURL: publicURL), "\(url)")
        }
        var stranger = signed(url: "https://other@evil.example.com" + path, body: "Body=hi")
        stranger.path = path
        #expect(!TwilioSignature(authTokens: [Self.secret]).isValid(stranger, publicURL: publicURL))
        // An @ behind the host is no credential.
        let plain = "https://bot.example.com/a@b?c=d@e"
        var odd = signed(url: plain, body: "Body=hi")
        (odd.path, odd.rawQuery) = ("/a@b", "c=d@e")
        #expect(TwilioSignature(authTokens: [Self.secret]).isValid(odd, publicURL: "https://bot.example.com"))
    }

    @Test(arguments: ["HMAC_SHA256", "hmac_sha256", "Hmac_Sha256"])
    func theAlgorithmsNameIsReadWithoutCase(_ name: String) {
        let fields = FormFields([("Body", "hi")])
        let value = TwilioSignature.signature(url: Self.url, fields: fields, key: Self.secret, algorithm: .sha256)
        let headers = Headers([
            ("content-type", "application/x-www-form-urlencoded"), (TwilioSignature.header, value),
            (TwilioSignature.settingsHeader, "key=k1,algorithm=\(name)"),
        ])
        let signature = TwilioSignature(authTokens: [], sharedKeys: [Self.secret])
        #expect(signature.isValid(method: .post, url: Self.url, headers: headers, body: Array("Body=hi".utf8)))
    }

    @Test func withoutAKeyNothingIsValid() {
        let empty = TwilioSignature.signature(url: Self.url, fields: FormFields([("Body", "hi")]), key: "")
        var request = signed(url: Self.url, body: "Body=hi")
        request.headers = Headers([
            ("content-type", "application/x-www-form-urlencoded"), (TwilioSignature.header, empty),
        ])
        for tokens in [[], [""]] {
            #expect(!TwilioSignature(authTokens: tokens).isValid(request, publicURL: "https://bot.example.com"))
        }
    }

    @Test func theAuthTokenIsNoSharedKey() {
        let fields = FormFields([("Body", "hi")])
        let value = TwilioSignature.signature(url: Self.url, fields: fields, key: Self.secret, algorithm: .sha256)
        let headers = Headers([
            ("content-type", "application/x-www-form-urlencoded"), (TwilioSignature.header, value),
            (TwilioSignature.settingsHeader, "key=k, algorithm=HMAC_SHA256"),
        ])
        func isValid(_ signature: TwilioSignature) -> Bool {
            signature.isValid(method: .post, url: Self.url, headers: headers, body: Array("Body=hi".utf8))
        }
        #expect(!isValid(TwilioSignature(authTokens: [Self.secret])))
        #expect(isValid(TwilioSignature(authTokens: [], sharedKeys: ["other", Self.secret])))
    }

    /// Composed and decomposed: equal as `String`, different to Twilio.
    @Test func canonicallyEquivalentNamesStayApart() {
        let both = FormFields([("e\u{301}", "1"), ("\u{e9}", "1")])
        let one = FormFields([("\u{e9}", "1")])
        #expect(
            TwilioSignature.signature(url: Self.url, fields: both, key: "k")
                != TwilioSignature.signature(url: Self.url, fields: one, key: "k"))
        let body = "e%CC%81=1&%C3%A9=1"
        #expect(
            TwilioSignature(authTokens: [Self.secret]).isValid(
                signed(url: Self.url, fields: both, body: body), publicURL: "https://bot.example.com"))
    }

    /// Signed as a lenient reader would have it, so that only the refusal to read can make it invalid.
    @Test(arguments: [
        ("Body=%zz", "Body", "%zz"), ("Body=%ff", "Body", "\u{fffd}"),
        (String(repeating: "a=1&", count: FormFields.maximumFields + 1), "a", "1"),
    ])
    func aFormThatCannotBeReadIsRefused(_ body: String, _ name: String, _ value: String) {
        let request = signed(url: Self.url, fields: FormFields([(name, value)]), body: body)
        #expect(!TwilioSignature(authTokens: [Self.secret]).isValid(request, publicURL: "https://bot.example.com"))
    }

    @Test func aFormOfTheMostFieldsIsRead() {
        let body = String(repeating: "a=1&", count: FormFields.maximumFields)
        let request = signed(url: Self.url, fields: FormFields([("a", "1")]), body: body)
        #expect(TwilioSignature(authTokens: [Self.secret]).isValid(request, publicURL: "https://bot.example.com"))
    }

    /// A body that no signature covers must not be read.
    @Test(arguments: [(Request.Method.get, "application/json"), (.get, ""), (.post, "text/plain"), (.post, "")])
    func aBodyOutsideTheSignatureIsRefused(method: Request.Method, contentType: String) {
        let value = TwilioSignature.signature(url: Self.url, fields: FormFields(), key: Self.secret)
        let headers = Headers([(TwilioSignature.header, value), ("content-type", contentType)])
        let signature = TwilioSignature(authTokens: [Self.secret])
        #expect(signature.isValid(method: method, url: Self.url, headers: headers, body: []))
        #expect(!signature.isValid(method: method, url: Self.url, headers: headers, body: Array("Body=hi".utf8)))
    }

    @Test func anIPv6HostKeepsItsColons() {
        let value = TwilioSignature.signature(url: "http://[::1]:80/x", fields: FormFields(), key: "k")
        let headers = Headers([(TwilioSignature.header, value)])
        #expect(
            TwilioSignature(authTokens: ["k"]).isValid(method: .get, url: "http://[::1]/x", headers: headers, body: []))
    }

    @Test func formsSurviveEncodingAndDecoding() throws {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("aZ09 +&=%/?#*-._~\u{e9}\u{1f600}\u{301}\n")
        for round in 0..<200 {
            let fields = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (name: text(alphabet, &random), value: text(alphabet, &random))
            }
            let encoded = FormFields(fields).encoded
            let back = try #require(FormFields(decoding: encoded.utf8), "seed 7, round \(round)")
            #expect(back.fields.map { Array($0.value.utf8) } == fields.map { Array($0.value.utf8) }, "round \(round)")
            #expect(back.fields.map { Array($0.name.utf8) } == fields.map { Array($0.name.utf8) }, "round \(round)")
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
        }
    }

    private func text(_ alphabet: [Character], _ random: inout SeededGenerator) -> String {
        String((0...Int.random(in: 0...8, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? "a" })
    }

    private func signed(url: String, body: String) -> Request {
        signed(url: url, fields: FormFields(decoding: body.utf8) ?? FormFields(), body: body)
    }

    private func signed(url: String, fields: FormFields, body: String) -> Request {
        let value = TwilioSignature.signature(url: url, fields: fields, key: Self.secret)
        return Request(
            method: .post, path: "/webhooks/twilio",
            headers: Headers([
                ("content-type", "application/x-www-form-urlencoded; charset=utf-8"), (TwilioSignature.header, value),
            ]),
            body: Array(body.utf8))
    }
}
