import FunctionHost
import Jobs
import Web

@main
struct Main {
    static func main() async {
        await runFunction("run-jobs") { environment in
            let handler = try JobHandler(environment)
            return Function(router: Router(), onEvent: handler.handle)
        }
    }
}
