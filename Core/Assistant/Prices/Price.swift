package import Domain

/// What a model's tokens cost, in millionths of a US dollar per million tokens: whole numbers, so that no cent is lost to
/// rounding before the end.
package struct Price: Sendable, Equatable {
    package var input: Int
    /// `nil`: cached tokens cost what others cost.
    package var cachedInput: Int?
    package var cacheWrite: Int?
    package var output: Int
    /// For prompts over 200,000 tokens, where the provider has such a step.
    package var longInput: Int?
    package var longOutput: Int?

    package init(
        input: Int, cachedInput: Int? = nil, cacheWrite: Int? = nil, output: Int, longInput: Int? = nil,
        longOutput: Int? = nil
    ) {
        self.input = input
        self.cachedInput = cachedInput
        self.cacheWrite = cacheWrite
        self.output = output
        self.longInput = longInput
        self.longOutput = longOutput
    }

    /// Millionths of a US dollar, rounded to the nearest.
    package func cost(_ usage: TokenUsage) -> Int {
        let isLong = usage.input > 200_000
        let input = isLong ? longInput ?? self.input : self.input
        let output = isLong ? longOutput ?? self.output : self.output
        let plain = max(0, usage.input - usage.cachedInput - usage.cacheWrite)
        let total =
            plain * input + usage.cachedInput * (cachedInput ?? input) + usage.cacheWrite * (cacheWrite ?? input)
            + usage.output * output
        return (total + 500_000) / 1_000_000
    }
}

/// The built-in table under the operator's own prices. A model that neither knows has no price, which is not zero.
package struct PriceList: Sendable {
    private let overrides: [String: Price]

    /// - Parameter overrides: rows of `model_prices`.
    package init(overrides: [(provider: ModelProviderName, model: String, price: Price)] = []) {
        self.overrides = Dictionary(
            overrides.map { (Self.key($0.provider, $0.model), $0.price) }, uniquingKeysWith: { _, last in last })
    }

    package func price(of model: String, by provider: ModelProviderName) -> Price? {
        let key = Self.key(provider, model)
        return overrides[key] ?? Self.builtIn[key]
    }

    private static func key(_ provider: ModelProviderName, _ model: String) -> String {
        "\(provider.rawValue) \(model.hasPrefix("models/") ? String(model.dropFirst(7)) : model)"
    }

    private static let builtIn: [String: Price] = {
        let lines = PriceTable.text.split(separator: "\n").map { $0.split(separator: " ") }
        return Dictionary(
            lines.compactMap { fields in read(fields).map { ("\(fields[0]) \(fields[1])", $0) } },
            uniquingKeysWith: { first, _ in first })
    }()

    private static func read(_ fields: [Substring]) -> Price? {
        func number(_ index: Int) -> Int? { fields.indices.contains(index) ? Int(fields[index]) : nil }
        guard let input = number(2), let output = number(5) else { return nil }
        return Price(
            input: input, cachedInput: number(3), cacheWrite: number(4), output: output, longInput: number(6),
            longOutput: number(7))
    }
}
