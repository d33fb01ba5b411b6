import Cryptography
import Foundation
import Testing

@testable import Reference

@Suite struct ReferencePageTests {
    /// The policy names the style's hash; without it a browser shows bare text.
    @Test func thePolicyKnowsTheStyle() {
        let hash = "sha256-" + Data(HashFunction.sha256.hash(ReferenceStyle.css.utf8)).base64EncodedString()
        #expect(ReferenceStyle.hash == hash)
        #expect(ReferencePage.policy.contains("style-src '\(hash)'"))
    }
}
