import Access
import FunctionHost
import Store

@main
struct Main {
    static func main() async {
        await runFunction("accounts") { environment in
            let database = environment.database
            let authenticator = try Authenticator(
                database: database, secret: try environment.configuration.sessionSecret,
                publicURL: try environment.configuration.publicURL, clock: environment.clock)
            let handler = AccountsHandler(
                lines: LineStore(database: database), organizations: OrganizationStore(database: database),
                writes: IdempotentWrites(database: database, clock: environment.clock, ids: environment.ids),
                clock: environment.clock)
            return Function(router: handler.router(authenticator))
        }
    }
}
