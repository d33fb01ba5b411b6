import Access
import FunctionHost
import Store

@main
struct Main {
    static func main() async {
        await runFunction("auth") { environment in
            let configuration = environment.configuration
            let accounts = Accounts(
                authenticator: try Authenticator(
                    database: environment.database, secret: try configuration.sessionSecret,
                    publicURL: try configuration.publicURL, clock: environment.clock),
                database: environment.database,
                admin: try FirstAdmin(
                    username: configuration.dashboardUsername, password: try configuration.dashboardPassword,
                    isSandbox: configuration.isSandbox),
                randomness: environment.randomness, ids: environment.ids)
            let handler = AuthHandler(
                accounts: accounts, organizations: OrganizationStore(database: environment.database))
            return Function(router: handler.router())
        }
    }
}
