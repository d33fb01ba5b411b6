import Foundation
import Support
import Testing
import Web

/// RFC 8785 by the files of its author. A folder that is absent or empty fails.
@Suite struct CanonicalJSONCorpusTests {
    private static let folder = ProjectRoot.path + "/Tests/Corpora/json-canonical"

    @Test func everyFileBecomesItsCanonicalForm() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder + "/input").filter {
            $0.hasSuffix(".json")
        }
        #expect(names.count >= 4)
        for name in names {
            let input = try Data(contentsOf: URL(filePath: "\(Self.folder)/input/\(name)"))
            let output = try Data(contentsOf: URL(filePath: "\(Self.folder)/output/\(name)"))
            try #require(!output.isEmpty)
            let canonical = try JSONValue(parsing: Array(input)).canonical
            #expect(String(decoding: canonical, as: UTF8.self) == String(decoding: output, as: UTF8.self), "\(name)")
            #expect(hex(canonical) == (try hexFile(name)), "\(name)")
        }
    }

    /// RFC 8785, appendix B, and the borders between the layouts of ECMA-262.
    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (Double.leastNonzeroMagnitude, "5e-324"), (-Double.leastNonzeroMagnitude, "-5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (9007199254740992, "9007199254740992"),
        (2.9514790517935283e20, "295147905179352830000"), (9.999999999999997e22, "9.999999999999997e+22"),
        (1e23, "1e+23"), (1.0000000000000001e23, "1.0000000000000001e+23"),
        (1e21, "1e+21"), (9.999999999999997e-7, "9.999999999999997e-7"),
        (0.000001, "0.000001"), (333333333.3333332, "333333333.3333332"), (333333333.33333325, "333333333.33333325"),
        (-0.0000033333333333333333, "-0.0000033333333333333333"), (1424953923781206.2, "1424953923781206.2"),
        (120, "120"),
    ]) func numbersAreWrittenAsECMAScriptDoes(_ number: Double, _ text: String) {
        #expect(String(decoding: JSONValue.number(number).canonical, as: UTF8.self) == text)
    }

    private func hex(_ bytes: [UInt8]) -> [String] {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    }

    private func hexFile(_ name: String) throws -> [String] {
        let path = "\(Self.folder)/outhex/\(name.dropLast(5)).txt"
        return try String(contentsOfFile: path, encoding: .utf8).split { $0.isWhitespace || $0.isNewline }.map(
            String.init)
    }
}
