package import Access
import FunctionHost
package import Store

extension APIEnvironment {
    package var apiKeys: APIKeyStore { APIKeyStore(database: database) }

    /// Sign-up, login and logout.
    package func accounts() throws -> Accounts {
        Accounts(
            authenticator: try authenticator(), database: database,
            admin: try FirstAdmin(
                username: configuration.dashboardUsername, password: try configuration.dashboardPassword,
                isSandbox: configuration.isSandbox),
            randomness: randomness, ids: ids, cost: passwordCost)
    }
}
