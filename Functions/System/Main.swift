import API

@main
struct Main {
    static func main() async { await runAPI("system", endpoints) }
}
