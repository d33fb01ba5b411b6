import Domain

/// Which providers there is a key for. Only that is known outside the process that opened the keys, and in recordings of turns.
struct ModelKeys: Sendable, Equatable {
    /// Whose key it is.
    enum Scope: String, Sendable {
        case organization, platform, environment
    }

    struct Usable: Sendable, Equatable {
        let provider: ModelProviderName
        let scope: Scope
    }

    /// At most one of each provider.
    private(set) var usable: [Usable] = []
    private var texts: [ModelProviderName: String] = [:]

    /// Stands for a key that nobody has any more: a replay asks no provider.
    private static let concealed = "concealed"

    init() {}

    /// As a recording has them: usable then, whatever became of them.
    init(recorded: [Usable]) {
        usable = recorded
    }

    /// The first key of a provider is the one that is used.
    mutating func add(_ text: String, _ provider: ModelProviderName, of scope: Scope) {
        guard texts[provider] == nil else { return }
        texts[provider] = text
        usable.append(Usable(provider: provider, scope: scope))
    }

    subscript(_ provider: ModelProviderName) -> String? {
        usable.contains { $0.provider == provider } ? texts[provider] ?? Self.concealed : nil
    }
}
