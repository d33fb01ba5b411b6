import FoundationEssentials
import Support
import Testing

@testable import Domain

/// UAX #29's own test data (`Tests/Vectors/unicode`).
@Suite struct SentenceBoundaryTests {
    private static func lines(_ name: String) throws -> [Substring] {
        let path = "\(Vectors.folder)/unicode/\(name)"
        guard let bytes = FileManager.default.contents(atPath: path), !bytes.isEmpty else {
            throw TestSetupError("\(path) is missing or empty")
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map { line in
            line.prefix { $0 != "#" }
        }.filter { !$0.allSatisfy(\.isWhitespace) }
    }

    @Test func everyPublishedSampleBreaksAsItShould() throws {
        let samples = try Self.lines("SentenceBreakTest.txt")
        #expect(samples.count == 502)
        for sample in samples {
            var text = String.UnicodeScalarView()
            var expected: [Int] = []
            for word in sample.split(whereSeparator: \.isWhitespace) {
                if word == "÷" {
                    expected.append(text.count)
                } else if word != "×" {
                    text.append(try #require(UInt32(word, radix: 16).flatMap(Unicode.Scalar.init)))
                }
            }
            let inner = expected.filter { $0 > 0 && $0 < text.count }
            #expect(SentenceBoundaries.offsets(in: String(text)) == inner, "\(sample)")
        }
    }

    @Test func theTableIsUnicodes() throws {
        var published: Set<UInt32> = []
        for line in try Self.lines("Sentence_Terminal.txt") {
            let range = line.prefix { $0 != ";" }.filter { !$0.isWhitespace }.split(separator: ".").compactMap {
                UInt32($0, radix: 16)
            }
            let (first, last) = (try #require(range.first), try #require(range.last))
            published.formUnion(first...last)
        }
        #expect(published.count > 150)
        published.subtract([0x2E, 0x2024, 0xFE52, 0xFF0E])
        let ours = (0...0x10FFFF as ClosedRange<UInt32>).filter {
            Unicode.Scalar($0).map(SentenceTerminals.contains) == true
        }
        #expect(Set(ours) == published)
    }
}
