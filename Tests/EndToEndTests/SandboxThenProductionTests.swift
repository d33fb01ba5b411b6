import Foundation
import Outbound
import Support
import Testing
import Web

/// S1 with real processes: tried as a sandbox, then run for real on the same data.
@Suite(.serialized) struct SandboxThenProductionTests {
    @Test func whatOpenedTheSandboxOpensNothingAfterwards() async throws {
        let folder = "/var/tmp/parley-both-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (token, refused) = try await Self.running(folder, ["--sandbox", "--no-demo"], [:]) { url in
            (
                try await Self.login(url, "admin", "admin123").token ?? "",
                try await Self.login(url, "admin", "another password").status
            )
        }
        #expect(refused == 401 && !token.isEmpty)
        let production = ["DASHBOARD_USERNAME": "boss", "DASHBOARD_PASSWORD": "an own long password"]
        try await Self.running(folder, ["--no-sandbox"], production) { url in
            for path in ["/api/v1/organizations", "/api/v1/auth/user"] {
                let status = try await Self.call(url, "GET", path, token: token).status
                #expect(status == 401, "\(path)")
            }
            let (old, new) = (
                try await Self.login(url, "admin", "admin123").status,
                try await Self.login(url, "boss", "an own long password").status
            )
            #expect(old == 401 && new == 200)
        }
    }

    private static func running<Result: Sendable>(
        _ folder: String, _ arguments: [String], _ variables: [String: String],
        _ body: (String) async throws -> Result
    ) async throws -> Result {
        let parley = try RunningParley(
            data: folder + "/data", log: folder + "/up.log", arguments: arguments, variables: variables)
        do {
            let result = try await body(try await parley.url())
            await parley.stop()
            return result
        } catch {
            await parley.stop()
            throw error
        }
    }

    private static func login(_ url: String, _ name: String, _ password: String) async throws -> (
        status: Int, token: String?
    ) {
        let body: JSONValue = .object(["username": .string(name), "password": .string(password)])
        let answer = try await call(url, "POST", "/api/v1/auth/login", body: body.bytes)
        return (answer.status, (try? JSONValue(parsing: answer.body))?["token"]?.string)
    }

    private static func call(
        _ url: String, _ method: String, _ path: String, token: String? = nil, body: [UInt8] = []
    ) async throws -> OutboundResponse {
        var headers = [(name: "content-type", value: "application/json")]
        if let token { headers.append((name: "authorization", value: "Bearer \(token)")) }
        let http = HTTPClient.live(allowedPrivate: [url.replacing("http://", with: "")], connections: 1)
        return try await http.send(
            OutboundRequest(method: method, url: url + path, headers: headers, body: body, timeout: 30))
    }
}
