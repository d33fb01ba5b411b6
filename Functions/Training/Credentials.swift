import API
import Access
import Domain
import Store
import Web

// Keys of model providers: written, listed by name, never returned.

extension Endpoint {
    static let listCredentials = Endpoint(
        .get, "/api/v1/credentials", "The model providers whose key the organization brought.",
        for: .member(.viewer), answers: .list(of: CredentialListing.answer)
    ) { call in try await call.api.credentials().list(of: call.organization) }

    static let setCredential = Endpoint(
        .put, "/api/v1/credentials/{provider}", "Stores a provider's key, in place of the former one.",
        for: .member(.admin), path: ProviderPath.shapes, takes: .body(KeyForm.form), limit: 16 << 10,
        answers: .one(CredentialListing.answer), example: ["key": "sk-an-example-of-a-key"]
    ) { call, form in
        try await call.api.credentials().save(
            form.key, for: try ProviderPath.provider(call), of: call.organization, id: call.subject, at: call.now)
    }

    static let deleteCredential = Endpoint(
        .delete, "/api/v1/credentials/{provider}", "Deletes a provider's key.",
        for: .member(.admin), path: ProviderPath.shapes, answers: .nothing
    ) { call in
        let provider = try ProviderPath.provider(call)
        guard try await call.api.credentials().delete(provider, of: call.organization) else {
            throw Fault.notFound("key")
        }
    }
}

private enum ProviderPath {
    /// Those that take a key.
    static let shapes = ["provider": Shape.choice(names)]
    private static let names = ModelProviderName.allCases.filter { $0 != .offline }.map(\.rawValue)

    static func provider(_ call: Call<Member>) throws(Fault) -> ModelProviderName {
        guard let name = ModelProviderName(rawValue: call.path("provider")), name != .offline else {
            throw .notFound("provider")
        }
        return name
    }
}

private struct KeyForm: Sendable {
    var key = ""

    static let form = Form(KeyForm()) { $0.required("key", \.key, .key) }
}

extension FieldType where Value == String {
    fileprivate static let key = FieldType.text(
        8...4000, pattern: "[!-~]{8,4000}", "A key has no spaces and only ASCII characters."
    ) { $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

extension ModelProviderName: Answerable {}

extension CredentialListing {
    fileprivate static let answer = Answer<CredentialListing> {
        $0.field("provider", \.provider)
        $0.field("hint", \.hint, about: "The key's last four characters.")
        $0.field("updated_at", \.updatedAt)
    }
}
