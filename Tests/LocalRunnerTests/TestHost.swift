import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Support
import Web

@testable import LocalRunner

/// A host within the test process, with real function processes and real sockets on ports of its own.
@HostLoop
final class TestHost {
    let host: LocalRunner.Host
    let front: HTTPListener
    let control: HTTPListener
    let folder: String
    nonisolated static let secret = "secret-of-the-test"

    /// Runs the body with a host that serves these functions, and ends all their processes afterwards.
    nonisolated static func with<Result: Sendable>(
        _ manifests: FunctionManifest..., executable: String? = nil, front: FrontServer.Settings? = nil,
        events: (any EventIntake & Sendable)? = nil, _ body: (TestHost) async throws -> Result
    ) async throws -> Result {
        try await with(
            manifests.map { manifest in
                Catalog.Entry(
                    manifest: manifest, folder: "/tmp", executable: executable ?? Executables.path("probe"))
            }, front: front, events: events, body)
    }

    nonisolated static func with<Result: Sendable>(
        _ entry: Catalog.Entry, environment: [String: String], _ body: (TestHost) async throws -> Result
    ) async throws -> Result {
        try await with([entry], environment: environment, body)
    }

    nonisolated private static func with<Result: Sendable>(
        _ entries: [Catalog.Entry], environment: [String: String]? = nil, front: FrontServer.Settings? = nil,
        events: (any EventIntake & Sendable)? = nil, _ body: (TestHost) async throws -> Result
    ) async throws -> Result {
        let host = try await TestHost(entries, environment: environment, front: front, events: events)
        do {
            let result = try await body(host)
            await host.stop()
            return result
        } catch {
            await host.stop()
            throw error
        }
    }

    init(
        _ entries: [Catalog.Entry], environment: [String: String]? = nil, front settings: FrontServer.Settings?,
        events: (any EventIntake)?
    ) async throws {
        folder = FileManager.default.temporaryDirectory.path + "/parley-host-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let environment =
            environment
            ?? ProcessInfo.processInfo.environment.merging(
                ["DATABASE_URL": "postgresql://nobody@/nothing", "PUBLIC_URL": "http://localhost"]) { $1 }
        let host = LocalRunner.Host(
            settings: HostSettings(environment: environment), logs: LogWriter(directory: folder, terminal: nil))
        host.load(Catalog(entries: entries, unwritten: []))
        self.host = host
        let api = InvokeAPI(host: host, events: events ?? MemoryIntake(CoalescedInvocations()), secret: Self.secret)
        let server = FrontServer(host: host, settings: settings ?? .trustingNobody, port: 80)
        front = try await HTTPListener.bind(host: "127.0.0.1", port: 0, limits: FrontServer.limits) { server.serve($0) }
        control = try await HTTPListener.bind(host: "127.0.0.1", port: 0, limits: InvokeAPI.limits) { api.serve($0) }
        host.add(front)
        host.add(control)
        host.start()
    }

    func stop() async {
        await host.stop(grace: .nanoseconds(0))
        await host.logs.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// `RequestResponse` unless the headers say otherwise.
    func invoke(
        _ name: String, _ payload: String, headers: [(String, String)] = []
    ) async throws -> LocalRequest.Answer {
        try await LocalRequest(
            path: "/\(Self.secret)/2015-03-31/functions/\(name)/invocations", headers: headers,
            body: ByteBuffer(string: payload)
        ).send(port: control.port)
    }

    func request(
        _ method: HTTPMethod, _ path: String, headers: [(String, String)] = [], body: ByteBuffer = ByteBuffer()
    ) async throws -> LocalRequest.Answer {
        try await LocalRequest(method: method, path: path, headers: headers, body: body).send(port: front.port)
    }

    func log(_ function: String) async -> String {
        await host.logs.close()
        let bytes = FileManager.default.contents(atPath: "\(folder)/\(function).log") ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension FrontServer.Settings {
    static var trustingNobody: FrontServer.Settings { settings(trusting: "") }

    static func settings(trusting proxies: String, cors: String? = nil) -> FrontServer.Settings {
        guard let trusted = TrustedProxies(proxies) else { preconditionFailure("malformed: \(proxies)") }
        return FrontServer.Settings(cors: CORS(cors), trusted: trusted)
    }
}

extension LocalRequest.Answer {
    var text: String { String(buffer: body) }

    func json() throws -> [String: Any] {
        try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any] ?? [:]
    }
}

/// Wake-ups only: what the Invoke API does without a database.
@HostLoop
final class MemoryIntake: EventIntake {
    private let coalesced: CoalescedInvocations

    init(_ coalesced: CoalescedInvocations) {
        self.coalesced = coalesced
    }

    func accept(
        id: String, pool: FunctionPool, payload: ByteBuffer, clientContext: String?,
        then done: @escaping @HostLoop (Bool) -> Void
    ) {
        coalesced.invoke(pool, id: id, payload: payload)
        done(true)
    }
}

/// The products that this test run was built with.
enum Executables {
    static func path(_ product: String) -> String {
        "\(ProjectRoot.path)/.build/debug/\(product)"
    }
}

extension FunctionManifest {
    /// The probe with room to misbehave.
    static func probe(_ change: (inout FunctionManifest) -> Void = { _ in }) -> FunctionManifest {
        var manifest = FunctionManifest(name: "probe")
        manifest.routes = [
            "GET /probe", "ANY /probe/echo", "POST /probe/do", "GET /probe/bytes", "GET /probe/cookies",
            "GET /probe/error",
        ]
        manifest.timeoutSeconds = 20
        manifest.initTimeoutSeconds = 60
        manifest.memoryMB = 256
        change(&manifest)
        return manifest
    }
}
