import Foundation
import FoundationNetworking
import Sandbox
import Support
import Testing

/// A sandbox on a port of the system's choice, with a folder of its own, for the length of `body`.
struct RunningSandbox: Sendable {
    static let account = "AC00112233445566778899aabbccddeeff"
    static let token = "a-token-of-the-tests"

    static let key = "a-key-of-the-tests"

    let url: String
    let folder: String
    var clockFile: String { "\(folder)/clock" }
    var stateFile: String { "\(folder)/state.json" }

    static func with<Value: Sendable>(
        folder: String? = nil, _ body: @Sendable @escaping (RunningSandbox) async throws -> Value
    ) async throws -> Value {
        let kept = folder != nil
        let folder = folder ?? "/var/tmp/parley-sandbox-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { if !kept { try? FileManager.default.removeItem(atPath: folder) } }
        let (ports, found) = AsyncStream.makeStream(of: Int.self)
        let server = SandboxServer(configuration(folder)) { found.yield($0.port) }
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            group.addTask {
                try await server.run()
                return nil
            }
            group.addTask {
                let port = try #require(await ports.first { _ in true })
                return try await body(RunningSandbox(url: "http://127.0.0.1:\(port)", folder: folder))
            }
            defer { group.cancelAll() }
            return try #require(try await group.next() ?? nil, "the sandbox ended early")
        }
    }

    private static func configuration(_ folder: String) -> SandboxConfiguration {
        SandboxConfiguration(
            port: 0, publicURL: "https://parley.example", deliveryURL: "http://127.0.0.1:9", twilioAccountSID: account,
            twilioAuthToken: token, key: key, clockFile: "\(folder)/clock", stateFile: "\(folder)/state.json",
            assets: ProjectRoot.path + "/local-runner/Sources/Sandbox/Phone")
    }

    // MARK: Requests

    func request(
        _ method: String, _ path: String, json: String? = nil, form: String? = nil, authorized: Bool = true
    ) async throws -> (status: Int, body: String) {
        var request = URLRequest(url: try #require(URL(string: url + path)), timeoutInterval: 20)
        request.httpMethod = method
        if let json {
            request.httpBody = Data(json.utf8)
            request.setValue("application/json", forHTTPHeaderField: "content-type")
        }
        if let form { request.httpBody = Data(form.utf8) }
        if authorized {
            request.setValue(Self.key, forHTTPHeaderField: SandboxConfiguration.keyHeader)
            let credentials = Data("\(Self.account):\(Self.token)".utf8).base64EncodedString()
            request.setValue("Basic \(credentials)", forHTTPHeaderField: "authorization")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, String(decoding: data, as: UTF8.self))
    }

    /// Of a GET with exactly these fields: `URLSession` writes `Host` itself.
    func status(_ path: String, _ headers: [String: String], key: String? = key) async throws -> Int {
        let script = """
            import http.client, sys
            connection = http.client.HTTPConnection(sys.argv[1], timeout=20)
            connection.putrequest("GET", sys.argv[2], skip_host=True, skip_accept_encoding=True)
            for field in sys.argv[3:]: connection.putheader(*field.split(": ", 1))
            connection.endheaders()
            print(connection.getresponse().status)
            """
        let fields =
            headers.map { "\($0.key): \($0.value)" } + (key.map { ["\(SandboxConfiguration.keyHeader): \($0)"] } ?? [])
        let (_, output) = try await Program.run(
            "/usr/bin/env", ["python3", "-c", script, String(url.dropFirst(7)), path] + fields)
        return try #require(Int(output.prefix { $0.isNumber }), "\(output)")
    }

    // MARK: Python

    /// Runs one of the Python judges against this sandbox; its whole output is the failure's comment.
    func judge(_ script: String, variables: [String: String] = [:]) async throws {
        let log = "\(folder)/\(UUID().uuidString).log"
        try Data().write(to: URL(filePath: log))
        let process = Process()
        process.executableURL = URL(filePath: ProjectRoot.path + "/Tests/python")
        process.arguments = ["-W", "ignore", ProjectRoot.path + "/Tests/" + script]
        process.environment = ProcessInfo.processInfo.environment.merging(
            [
                "SANDBOX_URL": url, "SANDBOX_ACCOUNT": Self.account, "SANDBOX_TOKEN": Self.token,
                "SANDBOX_KEY": Self.key,
            ]) { $1 }
            .merging(variables) { $1 }
        let output = try #require(FileHandle(forWritingAtPath: log))
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let text = String(decoding: FileManager.default.contents(atPath: log) ?? Data(), as: UTF8.self)
        #expect(process.terminationStatus == 0, "\(script):\n\(text)")
    }
}
