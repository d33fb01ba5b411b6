import API

@main
struct Main {
    static func main() async {
        await runAPI("cron-reset", endpoints) { api, _, _ in try await resetUsage(api) }
    }
}
