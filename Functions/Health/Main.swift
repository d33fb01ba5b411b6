import FunctionHost
import Web

@main
struct Main {
    static func main() async {
        await runFunction("health") { environment in
            let handler = HealthHandler(
                database: environment.database, version: environment.configuration.version)
            var router = Router()
            router.on("GET /health", handler.handle)
            router.on("GET /api/health", handler.handle)
            return Function(router: router)
        }
    }
}
