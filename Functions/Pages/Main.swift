import FunctionHost
import Web

@main
struct Main {
    static func main() async {
        await runFunction("pages") { environment in
            Function(router: PagesHandler(isSandbox: environment.configuration.isSandbox).router)
        }
    }
}
