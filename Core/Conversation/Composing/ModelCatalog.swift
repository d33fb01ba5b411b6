import Assistant
import Domain
import Environment
import Outbound
import Store

/// Which models may answer for a persona: those there is a key for.
struct ModelCatalog: Sendable {
    /// More would take longer than a customer waits.
    private static let mostCandidates = 3

    private let settings: [ModelProviderName: ProviderSettings]
    /// For personas that choose no provider.
    private let order: [ModelProviderName]
    private let secretBox: SecretBox?

    init(environment: [String: String], secretBox: SecretBox?) {
        settings = Dictionary(
            uniqueKeysWithValues: ModelProviderName.online.map { ($0, ProviderSettings($0, environment: environment)) })
        let wished = (Variable.modelProviders.text(in: environment) ?? "").split(separator: ",")
            .compactMap { ModelProviderName(rawValue: $0.lowercased().filter { !$0.isWhitespace }) }
        order = wished + ModelProviderName.online.filter { !wished.contains($0) }
        self.secretBox = secretBox
    }

    struct Choice: Sendable {
        /// Best first; empty: the offline model answers.
        var candidates: [ModelChain.Candidate]
        /// Why there is none.
        var note: String
    }

    func candidates(for style: Persona.Style, keys: ModelKeys, http: HTTPClient) -> Choice {
        if style.provider == .offline { return Choice(candidates: [], note: "the persona's choice.") }
        let first = style.provider.map { [$0] } ?? []
        var candidates: [ModelChain.Candidate] = []
        for name in first + order.filter({ $0 != style.provider }) where candidates.count < Self.mostCandidates {
            guard let settings = settings[name], let key = keys[name],
                let provider = ModelProvider.live(settings, key: key, http: http)
            else { continue }
            // Another provider knows nothing of this one's model names.
            candidates.append(
                ModelChain.Candidate(provider: provider, model: name == style.provider ? style.model : nil))
        }
        return Choice(candidates: candidates, note: "no model key is set.")
    }

    /// The organization's own key, else the platform's from the database, else from the environment. A key that can't be
    /// opened (its secret key is gone) counts as none.
    /// - Parameter stored: the organization's own first.
    func open(_ stored: [ProviderCredential]) -> ModelKeys {
        var keys = ModelKeys()
        if let secretBox {
            for credential in stored {
                guard let text = try? credential.open(with: secretBox) else { continue }
                keys.add(text, credential.provider, of: credential.scope == .platform ? .platform : .organization)
            }
        }
        for (name, settings) in settings {
            if let text = settings.key { keys.add(text, name, of: .environment) }
        }
        return keys
    }
}
