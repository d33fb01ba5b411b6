import Foundation
import Support
import Testing

/// The API of a running installation before strict judges: every operation succeeds as documented, and schemathesis finds no
/// answer that the OpenAPI document does not promise. `API_EXAMPLES` and `PARLEY_LONG=1` make it longer.
@Suite struct APIConformanceTests {
    @Test(.timeLimit(.minutes(60))) func everyOperationKeepsWhatTheDocumentPromises() async throws {
        let folder = "/var/tmp/parley-api-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let parley = try RunningParley(
            data: folder + "/data", log: folder + "/up.log", arguments: ["--sandbox"],
            variables: ["NUMBER_PURCHASES": "approval", "ORGANIZATIONS_PER_USER": "100"])
        do {
            let outcome = try await runPython(
                "Conformance/api.py",
                [
                    "PARLEY_URL": try await parley.url(), "DEMO_ACCOUNT": folder + "/data/demo.json",
                    "KEYS": folder + "/data/keys",
                ],
                log: folder + "/api.log")
            print(outcome.output)
            #expect(outcome.status == 0, "\(outcome.output)\n--- parley up:\n\(parley.output.suffix(3_000))")
        } catch {
            Issue.record("\(error)\n--- parley up:\n\(parley.output.suffix(6_000))")
        }
        await parley.stop()
    }
}
