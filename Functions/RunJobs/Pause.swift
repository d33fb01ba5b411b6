import FoundationEssentials
import Store
import Web

/// The job that only takes its time: a load for tests and benchmarks.
struct Pause {
    private struct Payload: Decodable {
        var ms: Int
    }

    private let milliseconds: Int

    init(_ job: Job) throws {
        let payload = try JSONDecoder().decode(Payload.self, from: Data(job.payload.utf8))
        milliseconds = min(max(0, payload.ms), 10_000)
    }

    func run() async throws -> JobOutcome {
        try await Task.sleep(for: .milliseconds(milliseconds))
        return .done
    }
}
