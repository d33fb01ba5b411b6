import API

@main
struct Main {
    static func main() async { await runAPI("media", endpoints, keeping: { try $0.keep(MediaSources.init) }) }
}
