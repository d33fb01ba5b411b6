/// Reads the claims of a text: links, numbers with what they count, dates, times, words of promise.
///
/// Linear: each token is looked up once and looks at a few around it.
struct ClaimReader {
    let scalars: [Unicode.Scalar]
    let tokens: [ClaimToken]
    let entries: ClaimEntries
    var claims: [Claim]
    /// Days by their names, each with the scalar where it begins, until it is known whether it is open then.
    var days: [(claim: Int, place: Int, isEnd: Bool)] = []
    /// Tokens that belong to a claim.
    var used: Set<Int> = []
    /// The customer asked for a price: a number alone is one.
    let asksForPrice: Bool

    /// - Parameter limit: scalars that are read.
    static func claims(in text: String, asksForPrice: Bool = false, limit: Int = 20_000) -> [Claim] {
        let normal = NormalText(text, limit: limit).withPlainDots
        let links = LinkScanner(normal)
        let phones = PhoneScanner(normal.scalars, taken: links.taken)
        let tokens = ClaimTokenizer(normal, taken: phones.taken).tokens
        var reader = ClaimReader(
            scalars: normal.scalars, tokens: tokens, entries: ClaimEntries(tokens, normal.scalars),
            claims: links.claims + phones.claims, asksForPrice: asksForPrice)
        reader.read()
        return reader.claims
    }

    /// Links, mail addresses and telephone numbers only.
    static func addresses(in text: String) -> [Claim] {
        let normal = NormalText(text).withPlainDots
        let links = LinkScanner(normal)
        return links.claims + PhoneScanner(normal.scalars, taken: links.taken).claims
    }

    private mutating func read() {
        var start = 0
        for index in tokens.indices where ends(at: index) {
            readSentence(start..<(index + 1))
            start = index + 1
        }
        readSentence(start..<tokens.count)
    }

    private static let ends: Set<Unicode.Scalar> = ["!", "?", ".", "\u{3002}", "\u{964}", "\u{6D4}", "\u{61F}"]

    private func ends(at index: Int) -> Bool {
        if tokens[index].isLine { return true }
        guard let sign = tokens[index].sign, Self.ends.contains(sign) else { return false }
        // `Rs. 500`
        return index + 1 < tokens.count && tokens[index + 1].spaceBefore && tokens[index + 1].figure == nil
    }

    private mutating func readSentence(_ range: Range<Int>) {
        let first = claims.count
        let speaksOfPrice = speaks(of: [.price], in: range)
        let opens = speaks(of: [.opens, .closed], in: range)
        for index in range where tokens[index].figure != nil && !used.contains(index) {
            _ =
                !speaksOfPrice && readShortDate(at: index, in: range) || readDate(at: index)
                || !speaksOfPrice && readPlainTime(at: index, in: range, opens: opens) || readTime(at: index)
                || readMeasure(at: index, in: range)
        }
        inheritUnits(in: range)
        for index in range where tokens[index].figure != nil && !used.contains(index) {
            readNumber(at: index, in: range, speaksOfPrice: speaksOfPrice)
        }
        readTimeWords(range, opens: opens)
        readWords(range, speaksOfPrice: speaksOfPrice)
        readSigns(range)
        bindPromises(from: first)
        bindDays(range)
    }

    private func speaks(of meanings: [Meaning], in range: Range<Int>) -> Bool {
        range.contains { index in
            meanings.contains { meaning in
                entries[index].meanings.contains(meaning) || hits(index).contains { $0.contains(meaning) }
            }
        }
    }

    func hits(_ index: Int) -> [[Meaning]] { entries.hits[index]?.map(\.meanings) ?? [] }

    func text(_ range: Range<Int>) -> String {
        guard let first = range.first, let last = range.last, tokens.indices.contains(last) else { return "" }
        return String(scalars[tokens[first].range.lowerBound..<tokens[last].range.upperBound])
    }

    /// Adds a claim that these tokens make.
    mutating func add(
        _ kind: Claim.Kind, _ range: Range<Int>, _ values: [String], units: Set<String> = [], period: String? = nil
    ) {
        claims.append(Claim(kind: kind, text: text(range), values: values, units: units, period: period))
        used.formUnion(range)
    }
}
