import Domain

/// The gate before an automatic text is sent: what it claims must stand in its sources. Deterministic; it judges money, percent,
/// dates, times, durations, quantities, numbers, links, addresses, telephone numbers and words of promise, not prose.
/// Texts of people are not judged.
package enum Grounding {
    /// Characters of an answer that are judged; nothing behind them may be sent.
    package static let longestAnswer = 8_000

    package struct Verdict: Sendable, Equatable {
        /// What may be said, and what may not.
        package var kept: String
        package var removed: [String]
        package var unsupported: [Claim]
        /// What was kept still answers the question.
        package var stillAnswers: Bool

        package var passes: Bool { removed.isEmpty }

        /// For the model and for people: `money "$19", link "evil.example"`, each once, at most twelve.
        package var claims: String {
            var named: [String] = []
            for claim in unsupported {
                let name = "\(claim.kind.rawValue) \"\(claim.text.cut(to: 80))\""
                if !named.contains(name), named.count < 12 { named.append(name) }
            }
            return named.joined(separator: ", ")
        }
    }

    /// - Parameter question: what the customer asked in this turn.
    package static func judge(_ answer: String, by sources: GroundingSources, question: String = "") -> Verdict {
        let answer = answer.cut(to: longestAnswer)
        let asked = AskedClaims(sources.customer, question: question)
        let sentences = Sentences.split(answer).map {
            Sentence($0, ClaimReader.claims(in: $0, asksForPrice: asked.asksForPrice))
        }
        var unsupported: [Claim] = []
        if !Recital(instructions: sources.instructions).claims(in: answer).isEmpty {
            // Who recites one rule recites the next one too, in words that nobody can tell from an answer.
            unsupported = [Claim(kind: .recital, text: "words of the instructions", values: [])]
            return verdict([], of: sentences, unsupported, question)
        }
        let addresses = ClaimReader.addresses(in: answer)
        guard !addresses.isEmpty || sentences.contains(where: { !$0.claims.isEmpty }) else {
            return verdict(sentences, of: sentences, [], question)
        }
        let known = KnownClaims(sources, asked: asked)
        let kept = keep(sentences, known, ListCounts(answer), sources, &unsupported)
        return verdict(apart(kept, known, &unsupported), of: sentences, unsupported, question)
    }

    /// An address may lie across what looks like the end of a sentence: `evil。com`, `evil . com`. Both are left out then. Digits
    /// that white space parts are no number to call: `Your order is 12345. 30 minutes are enough.`
    private static func apart(_ kept: [Sentence], _ known: KnownClaims, _ unsupported: inout [Claim]) -> [Sentence] {
        var isCrossed = Array(repeating: false, count: kept.count)
        for (index, (one, other)) in zip(kept, kept.dropFirst()).enumerated() {
            let isSpaced = one.text.last?.isWhitespace == true || other.text.first?.isWhitespace == true
            let alone = Set((one.claims + other.claims).flatMap(\.values))
            let across = ClaimReader.addresses(in: one.text + other.text).filter {
                !known.supports($0) && alone.isDisjoint(with: $0.values) && !(isSpaced && $0.kind == .phone)
            }
            guard !across.isEmpty else { continue }
            (isCrossed[index], isCrossed[index + 1]) = (true, true)
            unsupported += across
        }
        return zip(kept, isCrossed).filter { !$0.1 }.map(\.0)
    }

    private struct Sentence {
        var text: String
        var claims: [Claim]

        init(_ text: String, _ claims: [Claim]) {
            self.text = text
            self.claims = claims
        }
    }

    /// Those whose claims all have a source, or that stand in one as they are.
    private static func keep(
        _ sentences: [Sentence], _ known: KnownClaims, _ counts: ListCounts, _ sources: GroundingSources,
        _ unsupported: inout [Claim]
    ) -> [Sentence] {
        var quotes: Set<String>?
        return sentences.filter { sentence in
            let wrong = sentence.claims.filter { !known.supports($0) && !counts.support($0) }
            if wrong.isEmpty { return true }
            let known = quotes ?? Self.quotes(of: sources)
            quotes = known
            // Links are compared as they are written, which a key doesn't hold.
            let isQuotable = !wrong.contains { [.link, .email, .phone].contains($0.kind) }
            if isQuotable, known.contains(key(sentence.text)) { return true }
            unsupported += wrong
            return false
        }
    }

    /// The sentences of the sources, to be compared as a whole.
    private static func quotes(of sources: GroundingSources) -> Set<String> {
        var left = longestQuoted
        var quotes: Set<String> = []
        for text in sources.business where left > 0 {
            for sentence in Sentences.split(text.cut(to: left)) { quotes.insert(key(sentence)) }
            left -= text.unicodeScalars.count
        }
        return quotes
    }

    /// Scalars of the sources that an answer may quote.
    private static let longestQuoted = 60_000

    /// Without emphasis, kinds of white space and the mark at the end. What stands between digits stays: `12.50` is not 1250.
    private static func key(_ sentence: String) -> String {
        let scalars = NormalText(sentence, limit: 4000).scalars
        var key: [Unicode.Scalar] = []
        for (index, scalar) in scalars.enumerated() {
            let isInside =
                index > 0 && scalars[index - 1].isDigit && index + 1 < scalars.count && scalars[index + 1].isDigit
            switch scalar {
            case "*", "_": if isInside { key.append(scalar) }
            case " ", "\n": if !key.isEmpty, key.last != " " { key.append(" ") }
            default: key.append(scalar)
            }
        }
        while let last = key.last, " .".unicodeScalars.contains(last) { key.removeLast() }
        return String(key)
    }

    private static func verdict(_ kept: [Sentence], of all: [Sentence], _ unsupported: [Claim], _ question: String)
        -> Verdict
    {
        var left = kept[...]
        var removed: [String] = []
        for sentence in all {
            if left.first?.text == sentence.text {
                left = left.dropFirst()
            } else {
                removed.append(sentence.text.trimmed)
            }
        }
        return Verdict(
            kept: kept.map(\.text).joined().trimmed, removed: removed.filter { !$0.isEmpty }, unsupported: unsupported,
            stillAnswers: answers(kept, question))
    }

    /// A sentence that states something of the sources or speaks of what was asked, and is no question itself.
    private static func answers(_ kept: [Sentence], _ question: String) -> Bool {
        let terms = Set(Question(question).terms.flatMap { [$0.word] + $0.alternatives })
        return kept.contains { sentence in
            let text = sentence.text.trimmed
            if text.isEmpty || text.hasSuffix("?") { return false }
            return !sentence.claims.isEmpty || !terms.isDisjoint(with: Words.split(text))
        }
    }
}

/// A count of what the answer itself lists: `We have 3 sizes: S, M and L.`
struct ListCounts {
    private var counts: Set<String> = []

    init(_ answer: String) {
        let lines = answer.split(separator: "\n").map(\.trimmed)
        let points = lines.count { line in
            guard let first = line.first else { return false }
            return "-*•–·".contains(first)
                || first.isNumber && line.dropFirst().drop(while: \.isNumber).first.map { ".)".contains($0) } ?? false
        }
        if points > 1 { counts.insert(String(points)) }
        for line in lines {
            guard let colon = line.lastIndex(of: ":") else { continue }
            let items = line[colon...].count { ",،、;".contains($0) } + 2
            if items > 2 { counts.formUnion([String(items), String(items - 1)]) }
        }
    }

    func support(_ claim: Claim) -> Bool {
        [.number, .quantity].contains(claim.kind) && claim.values.contains { counts.contains($0) }
    }
}
