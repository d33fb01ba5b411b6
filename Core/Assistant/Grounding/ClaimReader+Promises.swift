/// Words of promise: what they are said of, and whether they are denied.
extension ClaimReader {
    mutating func addPromise(_ subject: String, _ range: Range<Int>) {
        guard !isWithout(range) else { return }
        var claim = Claim(kind: .promise, text: text(range), values: [subject])
        claim.isNegated = isNegated(range)
        claims.append(claim)
    }

    /// Each promise of a sentence is told the others.
    mutating func bindPromises(from first: Int) {
        let subjects = Set(claims[first...].filter { $0.kind == .promise }.flatMap(\.values))
        for index in claims.indices[first...] where claims[index].kind == .promise {
            claims[index].beside = subjects.subtracting(claims[index].values)
        }
    }

    /// `gluten-free`, `sugar free`, `free of nuts`, `free-range` give nothing away.
    private func isWithout(_ range: Range<Int>) -> Bool {
        guard range.count == 1, word(range.lowerBound) == "free" else { return false }
        let (before, after) = (range.lowerBound - 1, range.upperBound)
        if isHyphen(after), after + 1 < tokens.count, tokens[after + 1].isWord { return true }
        if word(after) == "of" { return true }
        let isJoined = isHyphen(before) && !tokens[range.lowerBound].spaceBefore
        guard let what = word(isJoined ? before - 1 : before) else { return false }
        return isJoined ? !Self.costs.contains(what) : Self.ingredients.contains(what)
    }

    private static let costs: Set<String> = ["cost", "charge", "fee", "price", "shipping", "delivery"]
    private static let ingredients: Set<String> = [
        "gluten", "sugar", "lactose", "dairy", "nut", "alcohol", "caffeine", "fat", "smoke", "cruelty", "additive",
        "duty",
    ]

    private func isHyphen(_ index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].isSymbol("-") && !tokens[index].spaceBefore
    }

    private func word(_ index: Int) -> String? {
        guard tokens.indices.contains(index), tokens[index].isWord else { return nil }
        return String(decoding: tokens[index].key, as: UTF8.self)
    }

    /// A word of denial a few words before, in the same part of the sentence, or right behind: `Wir liefern nicht.`
    private func isNegated(_ range: Range<Int>) -> Bool {
        if word(range.upperBound).map(Self.denials.contains) ?? false { return true }
        var index = range.lowerBound - 1
        while index >= max(0, range.lowerBound - 5) {
            // `don't`
            if word(index) == "t", index > 0, tokens[index - 1].isSymbol("'") { return true }
            guard let word = word(index) else { return false }
            if Self.denials.contains(word) { return true }
            index -= 1
        }
        return false
    }

    static let denials: Set<String> = [
        "no", "not", "never", "without", "neither", "nor", "cannot", "nicht", "kein", "keine", "keinen", "keinerlei",
        "ohne",
        "sin", "nunca", "nao", "sem", "nem", "pas", "aucun", "aucune", "sans", "non", "nessun", "nessuna", "senza",
        "niet",
        "geen", "zonder", "nie", "bez", "не", "нет", "без", "немає", "degil", "yok", "tidak", "tanpa", "khong", "لا",
        "بدون",
        "אין", "לא", "नहीं", "না", "ندارد", "نیست",
    ]
}
