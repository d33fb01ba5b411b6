import API

@main
struct Main {
    static func main() async {
        await runAPI(
            "provisioning", endpoints, onEvent: { api, _, _ in try await settlePurchases(api) },
            keeping: { _ = try $0.twilioNumbers })
    }
}
