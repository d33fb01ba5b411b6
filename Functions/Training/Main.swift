import API

@main
struct Main {
    static func main() async { await runAPI("training", endpoints, keeping: { _ = try $0.secretBox() }) }
}
