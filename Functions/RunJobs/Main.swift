import FunctionHost
import Web

@main
struct Main {
    static func main() async {
        await runFunction("run-jobs") { environment in
            let handler = try RunJobsHandler(environment)
            return Function(router: Router(), onEvent: handler.handle)
        }
    }
}
