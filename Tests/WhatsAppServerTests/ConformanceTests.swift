import Foundation
import Support
import Testing

/// A client that we did not write.
@Suite struct ConformanceTests {
    private static let isOn = ProcessInfo.processInfo.environment["WHATSAPP_NEONIZE"] == "1"

    /// neonize is large and its library is patched for this (Tests/Conformance/whatsapp_neonize.py), so it has a switch.
    @Test(
        .enabled(if: isOn, "set WHATSAPP_NEONIZE=1 to try the server with an independent client"),
        .timeLimit(.minutes(10)))
    func neonizePairsTalksAndLogsOut() async throws {
        let environment = ProcessInfo.processInfo.environment.merging([
            "TEST_REQUIREMENTS": "requirements-neonize.txt", "PARLEY": ProjectRoot.path + "/.build/debug/parley",
        ]) { $1 }
        let (status, output) = try await Program.run(
            ProjectRoot.path + "/Tests/python", [ProjectRoot.path + "/Tests/Conformance/whatsapp_neonize.py"],
            environment: environment)
        #expect(status == 0 && output.contains("neonize: all passed"), "\(output)")
    }
}
