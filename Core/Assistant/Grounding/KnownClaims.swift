import Domain

/// The claims of the sources, by kind.
struct KnownClaims: Sendable {
    /// Scalars of all the business's texts and of all the customer's that are read.
    private static let longest = 60_000
    static let longestAsked = 20_000
    private static let longestPrice = 200

    private(set) var business: [Claim.Kind: [Claim]] = [:]
    private(set) var customer: [Claim.Kind: [Claim]] = [:]
    /// Those the business names.
    private(set) var currencies: Set<String> = []
    /// Days on which it is open, as claims name them; nil: no hours are kept.
    let openDays: Set<String>?
    /// The number of today's weekday.
    let today: Int?

    init(_ sources: GroundingSources, asked: AskedClaims) {
        openDays = sources.openDays.map { days in
            Set(Weekday.allCases.enumerated().filter { days.contains($0.element) }.map { "w\($0.offset)" })
        }
        let name = sources.now.lowercased().split(separator: " ").first
        today = Weekday.allCases.firstIndex { $0.rawValue == name.map { String($0) } }
        customer = Dictionary(grouping: asked.claims, by: \.kind)
        var left = Self.longest
        for text in sources.prices {
            for claim in ClaimReader.claims(in: text, asksForPrice: true, limit: Self.longestPrice) { add(claim) }
        }
        for text in sources.business where left > 0 && !text.isEmpty {
            for claim in ClaimReader.claims(in: text, limit: left) { add(claim) }
            left -= text.unicodeScalars.count
        }
        for claim in ClaimReader.claims(in: sources.now) { add(claim) }
    }

    private mutating func add(_ claim: Claim) {
        business[claim.kind, default: []].append(claim)
        if claim.kind == .money { currencies.formUnion(claim.units) }
    }
}

/// What the customer claims themselves.
struct AskedClaims: Sendable {
    private(set) var claims: [Claim] = []
    /// The customer speaks of prices: a number alone in the answer is one.
    let asksForPrice: Bool

    /// - Parameters:
    ///   - texts: oldest first.
    ///   - question: of this turn; what was paid for long ago makes no price of a number now.
    init(_ texts: [String], question: String) {
        var left = KnownClaims.longestAsked
        for text in texts.reversed() where left > 0 {
            claims += ClaimReader.claims(in: text, limit: left)
            left -= text.unicodeScalars.count
        }
        let question = question.isEmpty ? texts.last ?? "" : question
        asksForPrice =
            Self.speaksOfPrice(question)
            || ClaimReader.claims(in: question, limit: KnownClaims.longestAsked).contains { $0.kind == .money }
    }

    private static func speaksOfPrice(_ text: String) -> Bool {
        let normal = NormalText(text, limit: 4000)
        let tokens = ClaimTokenizer(normal, taken: Array(repeating: false, count: normal.scalars.count)).tokens
        let entries = ClaimEntries(tokens, normal.scalars)
        return tokens.indices.contains { index in
            entries[index].meanings.contains(.price)
                || entries.hits[index]?.contains { $0.meanings.contains(.price) } == true
        }
    }
}
