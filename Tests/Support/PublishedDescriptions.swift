import Foundation

/// The providers' own published descriptions, against which recorded requests are checked by a script of
/// `Tests/Conformance`. `SPECS_DIR` names their folder; without them the test fails, loudly.
package enum PublishedDescriptions {
    /// - Parameters:
    ///   - records: one line of JSON each.
    ///   - script: of `Tests/Conformance`; reads a file of such lines.
    ///   - description: the file that has to be there.
    package static func judge(
        _ records: [some Encodable], by script: String, needing description: String
    ) async throws -> (status: Int32, output: String) {
        var environment = ProcessInfo.processInfo.environment
        let named = environment["SPECS_DIR"] ?? ""
        let specs = named.isEmpty ? ProjectRoot.path + "/../shared/providers/specs" : named
        guard FileManager.default.fileExists(atPath: specs + "/" + description) else {
            throw TestSetupError("SPECS_DIR: no \(description) in \(specs); requests were NOT checked against it")
        }
        environment["SPECS_DIR"] = specs
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("requests-\(UUID().uuidString).jsonl")
        defer { try? FileManager.default.removeItem(at: file) }
        let lines = try records.map { String(decoding: try JSONEncoder().encode($0), as: UTF8.self) }
        try lines.joined(separator: "\n").write(to: file, atomically: true, encoding: .utf8)
        return try await Program.run(
            ProjectRoot.path + "/Tests/python", [ProjectRoot.path + "/Tests/Conformance/\(script)", file.path],
            environment: environment)
    }
}
