import Domain
import FoundationEssentials
import Support
import Testing
import Web

@testable import Access

@Suite struct SignedValuesTests {
    private static let now = Date(timeIntervalSince1970: 1_795_219_200)

    private func state(at now: Date = now, _ secret: String = "a secret that is long enough for it") throws
        -> SignedState
    {
        SignedState(secret: try Secret(secret), clock: .fixed(now), randomness: .system)
    }

    @Test func aStateComesBackAsItLeft() throws {
        let (one, two) = (
            try state().sign("org ü 🙂", purpose: "oauth"), try state().sign("org ü 🙂", purpose: "oauth")
        )
        #expect(one != two, "each has a nonce of its own")
        let content = try #require(try state().verify(one, purpose: "oauth"))
        #expect(content.payload == "org ü 🙂")
        #expect(content.nonce != (try state().verify(two, purpose: "oauth"))?.nonce)
        let query = try Request(method: .get, path: "/", rawQuery: "state=\(one)").query(knowing: ["state"])
        #expect(query["state"] == one, "safe in a URL without escapes")
    }

    @Test func anythingElseIsRefused() throws {
        let state = try state().sign("payload", purpose: "oauth", lifetime: 60)
        #expect(try self.state().verify(state, purpose: "other") == nil)
        #expect(
            try self.state(at: Self.now, "another secret that is long enough").verify(state, purpose: "oauth") == nil)
        #expect(try self.state(at: Self.now + 59).verify(state, purpose: "oauth") != nil)
        #expect(try self.state(at: Self.now + 60).verify(state, purpose: "oauth") == nil)
        for index in state.indices {
            var forged = state
            forged.replaceSubrange(index...index, with: state[index] == "A" ? "B" : "A")
            #expect(try self.state().verify(forged, purpose: "oauth") == nil, "byte \(index)")
        }
        for text in ["", ".", "...", "a.b.c.d", state + ".", String(repeating: "A", count: 5000)] {
            #expect(try self.state().verify(text, purpose: "oauth") == nil)
        }
    }

    @Test func aShortSecretIsNoSecret() {
        #expect(throws: WeakSecret.self) { try Secret("short") }
        #expect(throws: WeakSecret.self) { try Secret(String(repeating: "x", count: 32)) }
        #expect(throws: Never.self) { try Secret("0123456789abcdef0123456789ABCDEF") }
    }

    @Test func keysOfDifferentPurposesDiffer() throws {
        let secret = try Secret("a secret that is long enough for it")
        let code = secret.authenticate("message", for: "csrf")
        #expect(secret.isValid(code, for: "message", purpose: "csrf"))
        #expect(!secret.isValid(code, for: "message", purpose: "state oauth"))
    }

    @Test func base64HasOneSpelling() {
        for bytes: [UInt8] in [[], [0], [255, 254], [1, 2, 3], Array(0...255)] {
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        // The same byte with stray bits, padding, or the other alphabet.
        for text in ["AB", "AA==", "AA=", "+/+/", "A", " AA", "AA\n"] {
            #expect(Base64URL.decode(text) == nil, "\(text)")
        }
    }
}
