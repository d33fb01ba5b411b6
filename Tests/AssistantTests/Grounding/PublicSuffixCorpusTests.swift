import Foundation
import Testing

@testable import Assistant

/// `custom-domains`: the tests of the public suffix list itself.
@Suite struct PublicSuffixCorpusTests {
    @Test func theListsOwnTestsHold() throws {
        var count = 0
        for file in try CorpusFolder("custom-domains").files(".txt") {
            for line in String(decoding: file.data, as: UTF8.self).split(separator: "\n") {
                guard let match = line.firstMatch(of: /^checkPublicSuffix\((?:'([^']*)'|null), (?:'([^']*)'|null)\);/)
                else { continue }
                count += 1
                let host = match.1.map(String.init) ?? ""
                // Names are given back with their own letters.
                let wanted = match.2.map { PublicSuffixes.labels(of: String($0)).joined(separator: ".") }
                #expect(PublicSuffixes.registrableDomain(of: host) == wanted, "\(host)")
            }
        }
        #expect(count >= 75)
    }

    @Test func theListIsNoOlderThanItsTests() throws {
        let source = try #require(SuffixData.text.description.isEmpty ? nil : SuffixData.text.description)
        #expect(source.utf8.count > 100_000)
        #expect(PublicSuffixes.isTopLevel("com") && PublicSuffixes.isTopLevel("рф") && PublicSuffixes.isTopLevel("ck"))
        #expect(!PublicSuffixes.isTopLevel("pdf") && !PublicSuffixes.isTopLevel("co.uk.x"))
    }
}
