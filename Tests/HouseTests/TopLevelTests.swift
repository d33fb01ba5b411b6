import Foundation
import Support
import Testing

/// What lies at the top of the checkout is known by name: a compiler called by hand leaves its by-products there.
@Suite struct TopLevelTests {
    private static let known: Set<String> = [
        ".ci", ".gitignore", ".swift-format", "CHANGELOG.md", "Core", "Functions", "LICENSE", "Package.swift",
        "README.md", "Tests",
        "infra", "local-runner",
    ]

    @Test func nothingElseIsCommittedThere() async throws {
        let (status, output) = try await Program.run(
            "/usr/bin/env", ["git", "-C", ProjectRoot.path, "ls-tree", "--name-only", "HEAD"])
        #expect(status == 0, "\(output)")
        let names = Set(output.split(separator: "\n").map(String.init))
        #expect(names.isSuperset(of: ["Core", "Tests"]))
        #expect(names.subtracting(Self.known).sorted() == [])
    }
}
