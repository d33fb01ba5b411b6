import FunctionHost
package import Store

extension APIEnvironment {
    package var knowledge: KnowledgeStore { KnowledgeStore(database: database) }
    package var personas: PersonaStore { PersonaStore(database: database) }

    package func credentials() throws -> CredentialStore {
        CredentialStore(database: database, box: try secretBox())
    }

    /// Opens and seals what is secret at rest.
    package func secretBox() throws -> SecretBox { try SecretBox(keys: try configuration.secretKeys) }
}
