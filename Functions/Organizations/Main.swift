import API

@main
struct Main {
    static func main() async { await runAPI("organizations", endpoints, keeping: { _ = try $0.twilioNumbers }) }
}
