import API
import Access
import Domain
import Store
import Web

extension Endpoint {
    static let listPersonas = Endpoint(
        .get, "/api/v1/personas", "The organization's personas, those of the system first.",
        for: .member(.viewer), answers: .list(of: PersonaListing.answer)
    ) { call in try await call.personas.list(of: call.organization) }

    static let listModels = Endpoint(
        .get, "/api/v1/personas/models/available",
        "The model providers a persona may choose, and where the organization has a key of its own.",
        for: .member(.viewer), answers: .list(of: ModelProvider.answer)
    ) { call in
        let own = try await call.api.credentials().list(of: call.organization).map(\.provider)
        return ModelProviderName.allCases.map { ModelProvider(name: $0, hasOwnKey: own.contains($0)) }
    }
}

private struct ModelProvider: Sendable {
    var name: ModelProviderName
    var hasOwnKey: Bool

    var needsKey: Bool { name != .offline }

    static let answer = Answer<ModelProvider> {
        $0.field("provider", \.name)
        $0.field("name", \.name.displayName)
        $0.field("needs_key", \.needsKey)
        $0.field("has_own_key", \.hasOwnKey)
    }
}

extension Persona.Tone: Answerable {}

extension PersonaListing {
    fileprivate static let answer = Answer<PersonaListing> {
        $0.field("id", \.persona.id)
        $0.field("name", \.persona.name)
        $0.field("description", \.persona.description)
        $0.field("kind", shape: .choice(["system", "custom"])) { .string($0.persona.isSystem ? "system" : "custom") }
        $0.field("version", \.persona.version)
        $0.field("instructions", \.persona.style.instructions)
        $0.field("tone", \.persona.style.tone)
        $0.field("response_style", \.persona.style.responseStyle)
        $0.field("provider", \.persona.style.provider, about: "Null: any that has a key.")
        $0.field("model", \.persona.style.model, about: "Null: the provider's default.")
        $0.field("temperature", \.persona.style.temperature)
        $0.field("history_limit", \.persona.style.historyLimit)
        $0.field("channels", \.channels, about: "How many use it.")
        $0.field("updated_at", \.updatedAt)
    }
}
