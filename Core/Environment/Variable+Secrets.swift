/// Secrets by the names that a `function.json` declares under `"secrets"`.
extension Variable {
    /// Stands for the keys of all model providers.
    package static let modelKeysName = "MODEL_API_KEYS"
    /// The value of `PARLEY_SECRETS` for a function that declares none: an empty variable would count as unset.
    package static let noSecrets = "-"

    /// The secrets of a declared name; empty when no secret is called so.
    package static func secrets(named name: String) -> [Variable] {
        if name == modelKeysName { return modelKeys }
        return all.filter { $0.isSecret && $0.name == name && $0.readers != [.runner] }
    }
}
