import API

@main
struct Main {
    static func main() async { await runAPI("auth", endpoints, keeping: { _ = try $0.accounts() }) }
}
