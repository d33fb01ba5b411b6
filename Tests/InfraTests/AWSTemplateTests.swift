import Foundation
import Support
import Testing

/// `infra/aws` without an account: what the functions declare is in the template, CloudFormation's linter and SAM's
/// translator take it, a simulation of AWS makes and deletes the stack, a deployment stops where it must. And what it
/// deploys (`infra/lambda/package`), and what starts all on one machine (`local-runner/up`).
@Suite(.serialized) struct AWSTemplateTests {
    @Test(
        .timeLimit(.minutes(5)),
        arguments: ["closed", "declared", "deployment", "generation", "packages", "simulated", "up"])
    func theChecksHold(_ check: String) async throws {
        let ended = try await python("InfraTests/aws/\(check).py")
        #expect(ended.status == 0, "\(ended.output)")
    }

    /// What it prints goes to a file: it starts servers, and a pipe would be open for as long as any of them.
    private func python(_ script: String) async throws -> (status: Int32, output: String) {
        let log = "/var/tmp/parley-aws-\(UUID().uuidString).log"
        try Data().write(to: URL(filePath: log))
        defer { try? FileManager.default.removeItem(atPath: log) }
        let output = try #require(FileHandle(forWritingAtPath: log))
        let process = Process()
        process.executableURL = URL(filePath: ProjectRoot.path + "/Tests/python")
        process.arguments = ["-W", "ignore", ProjectRoot.path + "/Tests/" + script]
        (process.standardOutput, process.standardError) = (output, output)
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        return (
            process.terminationStatus,
            String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        )
    }
}
