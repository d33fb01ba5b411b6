/// Which claims the sources support.
extension KnownClaims {
    func supports(_ claim: Claim) -> Bool {
        switch claim.kind {
        case .money: supportsMoney(claim)
        case .percent: of([.percent], business).contains { Self.isSame($0.values, claim.values) }
        case .date: supportsDate(claim)
        case .time: supportsTime(claim)
        case .duration, .quantity: supportsQuantity(claim)
        case .number: supportsNumber(claim)
        case .phone: supportsPhone(claim)
        case .email: of([.email], business).contains { $0.values == claim.values }
        case .link: supportsLink(claim)
        case .promise: supportsPromise(claim)
        case .recital: false
        }
    }

    private func of(_ kinds: [Claim.Kind], _ claims: [Claim.Kind: [Claim]]) -> [Claim] {
        kinds.flatMap { claims[$0] ?? [] }
    }

    /// What supports names, dates and quantities.
    private func anyone(_ kinds: [Claim.Kind]) -> [Claim] { of(kinds, business) + of(kinds, customer) }

    private static func isSame(_ one: [String], _ other: [String]) -> Bool {
        one.isEmpty && other.isEmpty || one.contains { other.contains($0) }
    }

    /// Same amount and currency; a period the source contradicts is another price. A number without a currency has the one the
    /// business uses.
    private func supportsMoney(_ claim: Claim) -> Bool {
        let prices = of([.money], business)
        if prices.contains(where: { Self.isSame($0.values, claim.values) && hasCurrency(claim, $0) && isFor(claim, $0) }
        ) {
            return true
        }
        // `2 people` of a sentence that speaks of prices: the business counts the same there.
        return claim.isImplied && !claim.isBare
            && of([.number], business).contains { !$0.isBare && $0.text == claim.text }
    }

    private func hasCurrency(_ claim: Claim, _ source: Claim) -> Bool {
        if claim.units.isEmpty { return true }
        let known = source.units.isEmpty ? currencies : source.units
        return known.isEmpty || !known.isDisjoint(with: claim.units)
    }

    private func isFor(_ claim: Claim, _ source: Claim) -> Bool {
        claim.period == nil || source.period == nil || claim.period == source.period
    }

    /// Who says that something is not free promises nothing; that nothing is delivered or paid back, a source says so too.
    private func supportsPromise(_ claim: Claim) -> Bool {
        if claim.isNegated, claim.values != ["delivery"], claim.values != ["refund"] { return true }
        return of([.promise], business).contains { source in
            source.values == claim.values && source.isNegated == claim.isNegated
                // Free Wi-Fi is no free delivery.
                && (claim.values != ["free"] || claim.beside.isEmpty || !claim.beside.isDisjoint(with: source.beside))
        }
    }

    private func supportsDate(_ claim: Claim) -> Bool {
        if claim.values.contains(where: { $0.first?.isLetter == true }) { return supportsDay(claim) }
        return anyone([.date]).contains { source in
            Self.isSame(source.values, claim.values)
                && (claim.units.isEmpty || source.units.isEmpty || !claim.units.isDisjoint(with: source.units))
        }
    }

    /// Hours say on which days it is open, and nothing else that happens on a day; that it is open then no customer knows.
    private func supportsDay(_ claim: Claim) -> Bool {
        let named = of([.date], business).filter { Self.isSame($0.values, claim.values) }
        guard let door = claim.door else {
            return !named.isEmpty || of([.date], customer).contains { Self.isSame($0.values, claim.values) }
                || today.map { claim.values == ["w\($0)"] } == true
        }
        guard let openDays else {
            return named.contains {
                $0.door == nil || $0.door == door || $0.door == .closesAtTime || door == .closesAtTime
            }
        }
        if named.contains(where: { $0.door == door }) { return true }
        guard let day = claim.values.first.flatMap(weekday) else { return false }
        return openDays.contains(day) == (door != .closed)
    }

    /// Of `tomorrow`, by today's.
    private func weekday(_ value: String) -> String? {
        let later: Int? =
            switch value {
            case "tomorrow": 1
            case "tonight": 0
            case "yesterday": 6
            default: nil
            }
        guard let later else { return value }
        return today.map { "w\(($0 + later) % 7)" }
    }

    /// `9-17` and `9 h` of a source are times too.
    private func supportsTime(_ claim: Claim) -> Bool {
        if anyone([.time]).contains(where: { Self.isSame($0.values, claim.values) }) { return true }
        let hours = claim.values.compactMap { Int($0) }.filter { $0 % 60 == 0 }.flatMap {
            [String($0 / 60), String(($0 / 60 + 11) % 12 + 1)]
        }
        let others = anyone([.number]).filter(\.isBare) + anyone([.duration]).filter { $0.units.contains("hour") }
        return others.contains { Self.isSame($0.values, hours) }
    }

    private func supportsQuantity(_ claim: Claim) -> Bool {
        let wanted = Self.amounts(claim)
        if anyone([.duration, .quantity]).contains(where: { Self.isSame(Self.amounts($0), wanted) }) { return true }
        if anyone([.number]).contains(where: {
            ($0.isBare || claim.kind == .quantity) && Self.isSame($0.values, claim.values)
        }) {
            return true
        }
        guard claim.units.contains("hour") else { return false }
        let minutes = claim.values.compactMap(Decimals.whole).map { String($0 % 24 * 60) }
        return anyone([.time]).contains { Self.isSame($0.values, minutes) }
    }

    private static func amounts(_ claim: Claim) -> [String] {
        claim.values.flatMap { value in claim.units.map { Units.based(value, $0) } }
    }

    /// Any figure of the sources with this value; the customer's own too, unless it stands for a price.
    private func supportsNumber(_ claim: Claim) -> Bool {
        if Self.isSame(claim.values, ["1"]) { return true }
        // The customer's order may have as many digits as a number to call.
        if claim.values.contains(where: { $0.count >= 7 }),
            of([.phone], customer).flatMap(\.values).contains(where: { claim.values.contains(Self.digits($0)) })
        {
            return true
        }
        let known = anyone([.number, .quantity, .duration]) + of([.money, .percent], business)
        if known.contains(where: { Self.isSame($0.values, claim.values) }) { return true }
        let hours = claim.values.compactMap(Decimals.whole).map { String($0 % 24 * 60) }
        return anyone([.time]).contains { Self.isSame($0.values, hours) } || isPartOfDate(claim)
    }

    private func isPartOfDate(_ claim: Claim) -> Bool {
        anyone([.date]).contains { date in
            date.units.contains { claim.values.contains($0) }
                || date.values.contains { value in
                    value.split(separator: "-").contains { claim.values.contains(String($0)) }
                }
        }
    }

    /// The same digits; without its country where the source has it, with it where another number of the business has it.
    private func supportsPhone(_ claim: Claim) -> Bool {
        let known = of([.phone], business).flatMap(\.values) + plainNumbers
        guard let wanted = claim.values.first.map(Self.digits) else { return false }
        let countries = known.filter { $0.hasPrefix("+") || $0.hasPrefix("00") }.map(Self.digits)
        return known.map(Self.digits).contains { number in
            if number == wanted { return true }
            if number.count > wanted.count {
                return wanted.count >= 7 && number.count - wanted.count <= 4 && number.hasSuffix(wanted)
            }
            guard wanted.hasSuffix(number), number.count >= 7 else { return false }
            let country = wanted.dropLast(number.count)
            return country.count <= 3 && countries.contains { $0.hasPrefix(country) }
        }
    }

    /// Seven or eight digits without a sign between them are a number anywhere else.
    private var plainNumbers: [String] {
        of([.number, .money], business).flatMap(\.values).filter { $0.count >= 7 && !$0.contains(".") }
    }

    private static func digits(_ number: String) -> String {
        String(number.filter(\.isNumber).drop { $0 == "0" })
    }

    private func supportsLink(_ claim: Claim) -> Bool {
        guard let text = claim.values.first else { return false }
        let wanted = WebAddress(text)
        return of([.link], business).contains { $0.values.first.map { wanted.isNamed(by: WebAddress($0)) } ?? false }
    }
}

extension WebAddress {
    /// - Parameter text: as `text` gives it.
    init(_ text: String) {
        let authority = text.prefix { !"/?#".contains($0) }
        self.init(authority: String(authority), rest: String(text[authority.endIndex...]))
    }
}
