/// The gate before a model's answer is sent: a sentence with a price, a percentage, a link, a mail address or a
/// phone number that the business never gave is taken out. Deterministic; it judges figures, not prose.
package enum Grounding {
    package struct Checked: Sendable, Equatable {
        package var text: String
        /// Sentences that were taken out.
        package var removed: [String]
    }

    /// - Parameters:
    ///   - business: instructions and knowledge.
    ///   - said: what the business said in this conversation.
    ///   - asked: what the customer wrote. Their own address may be repeated to them; their prices are no prices of ours.
    package static func check(_ answer: String, business: String, said: [String], asked: [String]) -> Checked {
        let ours = Claims(([business] + said).joined(separator: "\n"))
        let theirs = Claims(asked.joined(separator: "\n"))
        var kept = ""
        var removed: [String] = []
        for sentence in Sentences.split(answer) {
            let claims = Claims(sentence)
            let isGiven =
                claims.amounts.isSubset(of: ours.numbers)
                && claims.references.allSatisfy { ours.names($0) || theirs.names($0) }
            if isGiven { kept += sentence } else { removed.append(sentence.trimmed) }
        }
        return Checked(text: kept.trimmed, removed: removed)
    }
}

/// The figures and references of a text in a form that can be compared.
struct Claims: Equatable {
    /// Numbers that stand beside a currency or a percent sign: `1299`, `9.5`.
    var amounts: Set<String> = []
    /// All numbers.
    var numbers: Set<String> = []
    /// Links, mail addresses, phone numbers of seven digits and more.
    var references: Set<String> = []

    private static let currencies: Set<String> = [
        "usd", "eur", "gbp", "brl", "mxn", "inr", "cad", "aud", "chf", "jpy", "cny", "dollar", "dollars", "euro",
        "euros", "pounds",
        "pesos", "reais", "rupees", "percent", "prozent", "rs", "r", "kr", "aed", "sar", "zar", "ngn", "kes",
    ]

    init(_ text: String) {
        for word in text.split(whereSeparator: \.isWhitespace) { addReference(word) }
        addNumbers(Array(text))
    }

    /// The same reference, or the beginning of one: `shop.example.com` where `shop.example.com/menu` is known.
    func names(_ reference: String) -> Bool {
        references.contains { $0 == reference || $0.hasPrefix(reference + "/") }
    }

    private mutating func addReference(_ word: Substring) {
        let bare = String(word.lowercased().drop { "(<\"'‹*_".contains($0) })
        let end = bare.lastIndex { !".,;:!?)>\"'›*_/".contains($0) }
        guard let end else { return }
        let core = bare[...end]
        let isLink = core.contains("://") || core.hasPrefix("www.") || Self.isDomain(core)
        if isLink || (core.contains("@") && core.contains(".")) {
            let start = core.firstRange(of: "://")?.upperBound ?? core.startIndex
            let place = core[start...]
            references.insert(String(place.hasPrefix("www.") ? place.dropFirst(4) : place))
        }
    }

    /// `example.com`, `shop.example.com/sale`: a name, a dot and one of the endings businesses use.
    private static func isDomain(_ word: Substring) -> Bool {
        let host = word.prefix { $0 != "/" && $0 != "?" }
        guard let dot = host.lastIndex(of: "."), dot != host.startIndex else { return false }
        let ending = host[host.index(after: dot)...]
        let endings: Set<Substring> = [
            "com", "net", "org", "io", "co", "shop", "store", "app", "dev", "info", "biz", "de", "fr", "es", "pt", "br",
            "uk",
            "us", "eu", "mx", "in", "ai", "me", "link", "online", "site", "example",
        ]
        return endings.contains(ending) && host[..<dot].contains(where: \.isLetter)
    }

    private mutating func addNumbers(_ text: [Character]) {
        var index = 0
        while index < text.count {
            guard text[index].isWholeNumber else {
                index += 1
                continue
            }
            var end = index
            var digits = 0
            while end < text.count, text[end].isWholeNumber || joins(text, end) {
                digits += text[end].isWholeNumber ? 1 : 0
                end += 1
            }
            let forms = Self.forms(String(text[index..<end]))
            numbers.formUnion(forms)
            let isPhone = digits >= 7 && text[index..<end].contains { " -()".contains($0) } || digits >= 9
            if isPhone {
                references.insert(String(text[index..<end].filter(\.isWholeNumber)))
            } else if isAmount(text, from: index, to: end), let main = forms.first {
                amounts.insert(main)
            }
            index = end
        }
    }

    /// A separator between digits belongs to the number: `1,299.50`, `555 123-4567`.
    private func joins(_ text: [Character], _ index: Int) -> Bool {
        guard ".,' -".contains(text[index]), index + 1 < text.count, index > 0 else { return false }
        return text[index - 1].isWholeNumber && text[index + 1].isWholeNumber
    }

    /// A currency sign before or after, a percent sign, or a currency's name.
    private func isAmount(_ text: [Character], from start: Int, to end: Int) -> Bool {
        let before = text[..<start].last { $0 != " " }
        let after = text[end...].first { $0 != " " }
        if let before, before.isCurrencySymbol { return true }
        if let after, after.isCurrencySymbol || after == "%" { return true }
        let next = String(text[end...].drop { $0 == " " }.prefix { $0.isLetter }).lowercased()
        let previous = String(text[..<start].reversed().drop { $0 == " " }.prefix { $0.isLetter }.reversed())
            .lowercased()
        return Self.currencies.contains(next) || Self.currencies.contains(previous)
    }

    /// How a number may be meant, the likeliest first: `1,299.00` is 1299; `9,5` is 9.5; `1.299` may be either.
    private static func forms(_ text: String) -> [String] {
        let plain = text.filter { $0 != " " && $0 != "'" && $0 != "-" }
        let marks = plain.filter { !$0.isWholeNumber }
        guard let last = plain.lastIndex(where: { $0 == "." || $0 == "," }) else { return [trimmedZeros(plain)] }
        let decimals = plain[plain.index(after: last)...].count
        let digits = { (part: Substring) in String(part.filter(\.isWholeNumber)) }
        let whole = trimmedZeros(digits(plain[...]))
        let fraction = trimmedZeros(digits(plain[..<last]) + "." + digits(plain[last...]))
        if marks.count > 1, Set(marks).count == 1 { return [whole] }
        return decimals == 3 && marks.count == 1 ? [whole, fraction] : [fraction]
    }

    private static func trimmedZeros(_ number: String) -> String {
        var number = number
        if number.contains(".") {
            while number.hasSuffix("0") { number.removeLast() }
            if number.hasSuffix(".") { number.removeLast() }
        }
        while number.count > 1, number.hasPrefix("0"), !number.hasPrefix("0.") { number.removeFirst() }
        return number
    }
}
