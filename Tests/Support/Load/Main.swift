import FoundationEssentials
import FunctionHost
import Jobs
import Store
import Web

@main
struct Main {
    static func main() async {
        await runFunction("run-jobs") { environment in
            let handler = try JobHandler(environment, others: [.pause: pause])
            return Function(router: Router(), onEvent: handler.handle)
        }
    }

    private struct Payload: Decodable {
        /// At most 10 s.
        var ms: Int
    }

    @Sendable private static func pause(_ job: Job, until: Date) async throws -> JobOutcome {
        let payload = try JSONDecoder().decode(Payload.self, from: Data(job.payload.utf8))
        try await Task.sleep(for: .milliseconds(min(max(0, payload.ms), 10_000)))
        return .done
    }
}
