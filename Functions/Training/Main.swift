import Access
import FunctionHost
import Store

@main
struct Main {
    static func main() async {
        await runFunction("training") { environment in
            let (database, clock, ids) = (environment.database, environment.clock, environment.ids)
            var routes = Routes(
                try Authenticator(
                    database: database, secret: try environment.configuration.sessionSecret,
                    publicURL: try environment.configuration.publicURL, clock: clock))
            TrainingHandler(
                database: database, writes: IdempotentWrites(database: database, clock: clock, ids: ids), clock: clock,
                ids: ids
            ).declare(in: &routes)
            AssistantSettingsHandler(
                database: database, box: try SecretBox(keys: try environment.configuration.secretKeys), clock: clock,
                ids: ids
            ).declare(in: &routes)
            return Function(router: routes.router)
        }
    }
}
