import Foundation
import Support
import Testing

/// `infra/aws` without an account: what the functions declare is in the template, CloudFormation's linter and SAM's
/// translator take it, a simulation of AWS makes and deletes the stack, a deployment stops where it must.
@Suite struct AWSTemplateTests {
    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            "closed", "declared", "deployment", "generation", "packages", "simulated", "up",
        ])
    func theChecksHold(_ check: String) async throws {
        let ended = try await Program.run(
            ProjectRoot.path + "/Tests/python",
            ["-W", "ignore", "\(ProjectRoot.path)/Tests/InfraTests/aws/\(check).py"])
        #expect(ended.status == 0, "\(ended.output)")
    }
}
