import Foundation
import Outbound
import Support
import Testing

/// Whom requests trust, against OpenSSL's own server.
@Suite(.timeLimit(.minutes(1))) struct AuthorityTests {
    private func ask(trusting authorities: String?) async throws -> Result<OutboundResponse, OutboundError> {
        let files = try await Certificates.shared.make("IP:127.0.0.1")
        let port = try TestSocket.freePort()
        let server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        let arguments = "s_server -quiet -www -accept 127.0.0.1:\(port) -cert \(files.chain) -key \(files.key)"
        server.arguments = arguments.split(separator: " ").map(String.init)
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        defer { kill(server.processIdentifier, SIGKILL) }
        try await TestSocket.wait(for: port)
        let url = "https://127.0.0.1:\(port)/"
        let client = HTTPClient.live(allowedPrivate: [url], authorities: authorities)
        do throws(OutboundError) {
            return .success(try await client.send(OutboundRequest(method: "GET", url: url, timeout: 10)))
        } catch {
            return .failure(error)
        }
    }

    @Test func theFilesAuthoritiesAreTrustedAndNoOthers() async throws {
        let own = try await Certificates.shared.authority()
        let foreign = try await Certificates.shared.authority("foreign")
        let answer = try await ask(trusting: own).get()
        #expect(answer.status == 200)
        for authorities in [foreign, nil, "/nowhere.pem"] {
            let refused = try await ask(trusting: authorities)
            guard case .failure(let error) = refused else { return #expect(Bool(false), "\(refused)") }
            #expect(error.code == .unreachable, "\(error)")
        }
    }
}
