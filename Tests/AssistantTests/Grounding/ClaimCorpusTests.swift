import Foundation
import Testing

@testable import Assistant

/// `claims-money-percent`: each amount, percentage, address and link is found, with its value.
@Suite struct ClaimCorpusTests {
    private struct Case: Decodable {
        struct Found: Decodable {
            var text: String
            var value: String?
            var unit: String?
        }

        var text: String
        var out: [Found]

        private enum CodingKeys: String, CodingKey { case text = "in", out }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            // One case is a list of texts.
            let texts = try? container.decode([String?].self, forKey: .text)
            text = try texts?.first?.flatMap { $0 } ?? container.decode(String.self, forKey: .text)
            out = try container.decode([Found].self, forKey: .out)
        }
    }

    /// What is found with another value than the corpus has, each with its reason. All of them are claims all the same, which no
    /// source supports but one with the same figure.
    private static let outOfReach: [String: String] = [
        "c $ 100 and fifty": "half in words", "15 usd 50": "small change behind a code, with a sentence behind it",
        "15 dolares 50": "the same", "15 dólares 50": "the same",
        "maud 60": "millions in front of a code in front of a number",
        "1e10%": "a power of ten", "1,1^23 por ciento": "a power", "1,1^23 por cento": "a power",
        "1 sobre 3 por ciento": "a fraction in words", "2/3%": "has no decimal value; compared as the fraction it is",
        "1 sobre 3 por cento": "a fraction in words",
        "j_9@[129.126.118.1]": "the address is found as a link",
    ]
    private static let cents: Set<String> = ["Cent", "Pence", "Penny", "Centavo", "Céntimo"]

    @Test func everyFigureOfTheCorpusIsAClaimWithItsValue() throws {
        var (found, missed, spelled, understood) = (0, [String](), 0, 0)
        for file in try CorpusFolder("claims-money-percent").files(".json") {
            for item in try JSONDecoder().decode([Case].self, from: file.data) {
                let claims = ClaimReader.claims(in: item.text)
                for wanted in item.out where wanted.value != nil {
                    let hasDigits =
                        file.name.hasPrefix("email") || file.name.hasPrefix("url")
                        || wanted.text.contains(where: \.isNumber)
                    let isFound = Self.isFound(wanted, claims, in: file.name)
                    if !hasDigits {
                        spelled += 1
                        understood += isFound ? 1 : 0
                    } else if isFound {
                        found += 1
                    } else if Self.outOfReach[wanted.text.lowercased()] == nil || claims.isEmpty {
                        missed.append("\(file.name): \(wanted.text) in \(item.text)")
                    }
                }
            }
        }
        #expect(missed == [])
        #expect(found >= 530)
        // A bonus: numbers in words.
        #expect(understood * 5 > spelled * 2, "\(understood) of \(spelled) numbers in words are understood")
    }

    private static func isFound(_ wanted: Case.Found, _ claims: [Claim], in file: String) -> Bool {
        guard let value = wanted.value else { return true }
        if file.hasPrefix("email") { return claims.contains { $0.kind == .email && $0.values == [value.lowercased()] } }
        if file.hasPrefix("url") { return claims.contains { $0.kind == .link } }
        let isComma = ["-de.json", "-es.json", "-pt.json"].contains { file.hasSuffix($0) }
        var number = value.replacing("%", with: "").replacing("-", with: "").replacing(",", with: isComma ? "." : "")
        if cents.contains(wanted.unit ?? "") { number = Decimals.shifted(number, by: -2) }
        let kind: Claim.Kind = file.hasPrefix("percent") ? .percent : .money
        return claims.contains { [kind, .number].contains($0.kind) && $0.values.contains(number) }
    }

    /// What is a claim though the corpus has none there: an address is one wherever it leads.
    private static let strict: Set<String> = [
        "httt://abc.com is invalid, no such protocol", "The DNS server is 8.8.8.8", "http://362",
        "Please visit https://luis.xxx?action=add for more information",
        "[image: image2.png]http://dafdafdasf-dajfdlkajfkla-fdafd-dafdafafs-dafdafdaf.",
        "http://dafdafdasf-dajfdlkajfkla-fdafd-dafdafafs-dafdafdaf.",
        "Hello, @Carol, please write to me at Dave@abc.com for more information on task #A1",
    ]

    @Test func whatIsNoLinkIsNone() throws {
        for file in try CorpusFolder("claims-money-percent").files(".json") where file.name.hasPrefix("url") {
            for item in try JSONDecoder().decode([Case].self, from: file.data)
            where item.out.isEmpty && !Self.strict.contains(item.text) {
                let links = ClaimReader.claims(in: item.text).filter { $0.kind == .link }
                #expect(links.isEmpty, "\(item.text): \(links.map(\.text))")
            }
        }
    }
}
