import Foundation
import Outbound
import Support
import Testing
import Web

private let emulator = ProcessInfo.processInfo.environment["AWS_LAMBDA_RIE"]

/// AWS's own emulator of Lambda (aws-lambda-rie) with a function behind it. `AWS_LAMBDA_RIE` names the program.
@Suite(.serialized, .enabled(if: emulator != nil), .timeLimit(.minutes(2))) struct EmulatorTests {
    private func withEmulator(_ body: (_ invoke: (String) async throws -> JSONValue) async throws -> Void) async throws
    {
        let ports = try (0..<2).map { _ in try TestSocket.freePort() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(emulator))
        process.arguments = [
            "--runtime-interface-emulator-address", "127.0.0.1:\(ports[0])", "--runtime-api-address",
            "127.0.0.1:\(ports[1])", ProjectRoot.path + "/.build/debug/probe",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        defer { kill(process.processIdentifier, SIGTERM) }
        try await TestSocket.wait(for: ports[0])
        let url = "http://127.0.0.1:\(ports[0])"
        let http = HTTPClient.live(allowedPrivate: [url])
        try await body { event in
            let request = OutboundRequest(
                method: "POST", url: url + "/2015-03-31/functions/function/invocations",
                headers: [("content-type", "application/json")], body: Array(event.utf8), timeout: 20)
            return try JSONValue(parsing: try await http.send(request).body)
        }
    }

    @Test func eventsRequestsAndFailuresPass() async throws {
        try await withEmulator { invoke in
            let counts = [try await invoke(#"{"do":"count"}"#), try await invoke(#"{"do":"count"}"#)]
            #expect(counts.map { $0["count"]?.integer } == [1, 2])
            let request = Request(method: .get, path: "/probe/bytes")
            let answer = try await invoke(String(decoding: HTTPEventWriter.json(request), as: UTF8.self))
            #expect(answer["statusCode"]?.integer == 200 && answer["isBase64Encoded"] == .bool(true))
            let failure = try await invoke(#"{"do":"throw","message":"no luck"}"#)
            #expect(failure["errorType"]?.string == "ProbeError" && failure["errorMessage"]?.string == "no luck")
            let context = try await invoke(#"{"do":"context"}"#)
            #expect(context["requestId"]?.string?.isEmpty == false)
        }
    }
}
