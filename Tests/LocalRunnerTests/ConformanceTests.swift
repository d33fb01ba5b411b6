import Foundation
import HTTPServer
import Support
import Testing

@testable import LocalRunner

/// Judged by AWS's own runtime client and SDK, both from PyPI (Tests/requirements.txt).
@Suite struct ConformanceTests {
    @Test func awslambdaricServesUnderOurHostAndBoto3CallsIt() async throws {
        let conformance = ProjectRoot.path + "/Tests/Conformance"
        let script = FileManager.default.temporaryDirectory.path + "/parley-awslambdaric-\(UUID().uuidString)"
        try """
        #!/usr/bin/env bash
        cd "\(conformance)" && exec "\(ProjectRoot.path)/Tests/python" -m awslambdaric lambda_function.handler

        """.write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        defer { try? FileManager.default.removeItem(atPath: script) }
        var manifest = FunctionManifest(name: "python")
        manifest.timeoutSeconds = 20
        manifest.initTimeoutSeconds = 120
        manifest.memoryMB = 256
        manifest.wakeOnly = true
        try await TestHost.with(manifest, executable: script) { host in
            let url = "http://127.0.0.1:\(await host.control.port)/\(TestHost.secret)"
            let output = try await Tool.run(
                "\(ProjectRoot.path)/Tests/python", ["\(conformance)/lambda_client.py", url, "python"],
                environment: ProcessInfo.processInfo.environment)
            #expect(output == "as on Lambda\n")
        }
    }
}
