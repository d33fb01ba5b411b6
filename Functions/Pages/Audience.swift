/// Who asks: a person's browser or a program. From `Accept` (RFC 9110, section 12.5.1): browsers name HTML when a person
/// opens an address; `*/*`, which everything sends, says nothing.
enum Audience: Equatable {
    case people
    case programs

    init(accept: String?) {
        let wishes = (accept ?? "").lowercased().split(separator: ",").compactMap(Wish.init)
        func weight(of types: Set<String>) -> Double {
            wishes.filter { types.contains($0.type) }.map(\.weight).max() ?? 0
        }
        let html = weight(of: ["application/xhtml+xml", "text/html"])
        let json = weight(of: ["application/json", "application/problem+json"])
        self = html > 0 && html >= json ? .people : .programs
    }

    private struct Wish {
        var type: String
        var weight: Double

        /// `text/html;level=1;q=0.8`; a weight that can't be read counts as 0.
        init?(_ text: Substring) {
            let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace } }
            guard let type = parts.first else { return nil }
            self.type = type
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }
            self.weight = weight.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
        }
    }
}
