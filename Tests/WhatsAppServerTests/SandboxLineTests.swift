import Foundation
import FoundationNetworking
import Sandbox
import Support
import Testing
import WhatsAppWire

/// The test server as part of the sandbox, with the phone page in front of it.
@Suite struct SandboxLineTests {
    private func withSandbox(_ body: @Sendable @escaping (SandboxServer.Ready) async throws -> Void) async throws {
        let (readiness, found) = AsyncStream.makeStream(of: SandboxServer.Ready.self)
        let configuration = SandboxConfiguration(
            port: 0, publicURL: "https://parley.example", deliveryURL: "http://127.0.0.1:9",
            twilioAccountSID: "AC00112233445566778899aabbccddeeff", twilioAuthToken: "token",
            assets: ProjectRoot.path + "/local-runner/Sources/Sandbox/Phone")
        let sandbox = SandboxServer(configuration) { found.yield($0) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await sandbox.run()
                return false
            }
            group.addTask {
                let ready = try #require(await readiness.first { _ in true })
                try await body(ready)
                return true
            }
            defer { group.cancelAll() }
            let isDone = try await group.next()
            #expect(isDone == true, "the sandbox ended early")
        }
    }

    @Test(.timeLimit(.minutes(3))) func aBrowserLinksALineAndWritesToIt() async throws {
        try await withSandbox { ready in
            let client = try MirrorClient(url: ready.whatsAppURL, rootKey: ready.whatsAppRootKey)
            let code = try await client.showCode()
            async let judged = Program.run(
                ProjectRoot.path + "/Tests/python", [ProjectRoot.path + "/Tests/Browser/line.py"],
                environment: ProcessInfo.processInfo.environment.merging(
                    [
                        "SANDBOX_URL": "http://127.0.0.1:\(ready.port)", "SANDBOX_KEY": ready.key, "LINE_CODE": code,
                    ]) { $1 })
            try await client.finishPairing()
            try await client.logIn()
            let got = try await client.message { $0.content?.body == .text("Are you open? <b>now</b>") }
            try await client.send(.text("Until six. <i>Come by!</i>"), to: got.message.chat, id: "REPLY")
            let (status, output) = try await judged
            #expect(status == 0, "\(output)")
            #expect(Ending(try await client.node("stream:error"))?.cause == .unlinked)
        }
    }

    @Test(.timeLimit(.minutes(1))) func otherSitesMayNotAct() async throws {
        try await withSandbox { ready in
            let url = try #require(URL(string: "http://127.0.0.1:\(ready.port)/sandbox/whatsapp/faults"))
            for (header, value, status) in [
                ("sec-fetch-site", "cross-site", 403), ("content-type", "text/plain", 415),
                ("content-type", "application/json", 204),
            ] {
                var request = URLRequest(url: url, timeoutInterval: 20)
                request.httpMethod = "POST"
                request.httpBody = Data(#"{"kind":"cut"}"#.utf8)
                if header == "sec-fetch-site" {
                    request.setValue("application/json", forHTTPHeaderField: "content-type")
                }
                request.setValue(value, forHTTPHeaderField: header)
                request.setValue(ready.key, forHTTPHeaderField: SandboxConfiguration.keyHeader)
                let (_, response) = try await URLSession.shared.data(for: request)
                #expect((response as? HTTPURLResponse)?.statusCode == status, "\(header): \(value)")
            }
        }
    }
}
