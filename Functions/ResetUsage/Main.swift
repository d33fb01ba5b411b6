import FunctionHost
import Store
import Web

@main
struct Main {
    static func main() async {
        await runFunction("reset-usage") { environment in
            let handler = ResetUsageHandler(
                housekeeping: HousekeepingStore(database: environment.database),
                secret: try environment.configuration.cronSecret, clock: environment.clock)
            var router = Router()
            router.on("GET /api/cron/reset-usage", handler.reset)
            return Function(router: router) { _, _ in try await handler.scheduled() }
        }
    }
}
