import API
import FunctionHost

@main
struct Main {
    static func main() async {
        await runAPI(
            "cron-reset", endpoints, onEvent: { api, _, _ in try await resetUsage(api) },
            keeping: { _ = try $0.configuration.cronSecret })
    }
}
