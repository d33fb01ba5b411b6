import Support
import Testing

@Suite struct VectorFolderTests {
    /// The files this room is checked against; taking one away fails here as well as in its own test.
    @Test(arguments: [
        "binary-node", "media", "noise", "pairing", "pairing-code", "phash", "poll-vote", "sender-key",
        "signal-session", "wa-tokens", "xeddsa",
    ])
    func isThere(name: String) throws {
        struct AnyObject: Decodable {}
        _ = try Vectors.load(name + ".json", as: AnyObject.self)
    }

    @Test func aMissingOneFails() {
        #expect(throws: TestSetupError.self) { try Vectors.load("no-such-file.json", as: String.self) }
    }
}
