import Foundation
import Support
import Synchronization
import Web

/// A function's real process behind a Runtime API, started anew whenever it died. Each start may be given a commit point
/// at which it kills itself.
final class MortalFunction: Sendable {
    enum Outcome: Sendable, Equatable {
        case answered([UInt8])
        case failed(String)
        case died
    }

    private struct Life: Sendable {
        let process: Process
        let server: LoopbackServer
        let runtimeAPI: SimulatedRuntimeAPI
    }

    let product: String
    private let variables: [String: String]
    private let nextFault: @Sendable () -> String?
    private let life = Mutex<Life?>(nil)
    private let turn = Mutex(())
    private let deathCount = Mutex(0)

    init(_ product: String, variables: [String: String], nextFault: @escaping @Sendable () -> String?) {
        self.product = product
        self.variables = variables
        self.nextFault = nextFault
    }

    var deaths: Int { deathCount.withLock { $0 } }

    /// One invocation at a time, as a host does it: whoever comes meanwhile waits.
    func invoke(_ payload: String, seconds: Double = 60) async throws -> Outcome {
        let ended = await blocking { [self] in
            turn.withLock { _ in Result { try current().runtimeAPI.invoke(payload, seconds: seconds) } }
        }
        let outcome = try ended.get()
        if outcome == .died {
            deathCount.withLock { $0 += 1 }
            bury()
        }
        return outcome
    }

    /// Kills the process whatever it is doing; its host notices.
    func strike() {
        life.withLock { life in
            if let life, life.process.isRunning { Foundation.kill(life.process.processIdentifier, SIGKILL) }
        }
    }

    func kill() {
        life.withLock { life in
            if let life { Foundation.kill(life.process.processIdentifier, SIGKILL) }
        }
        bury()
    }

    private func current() throws -> Life {
        try life.withLock { life in
            if let life, life.process.isRunning { return life }
            life?.server.stop()
            let fresh = try start()
            life = fresh
            return fresh
        }
    }

    private func bury() {
        life.withLock { life in
            life?.server.stop()
            life = nil
        }
    }

    private func start() throws -> Life {
        let runtimeAPI = SimulatedRuntimeAPI()
        let server = try LoopbackServer { runtimeAPI.answer($0) }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProjectRoot.path + "/.build/debug/" + product)
        var environment = variables
        environment["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:\(server.port)"
        environment["PARLEY_FAULT"] = nextFault().map { "\($0)=kill" }
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.terminationHandler = { _ in runtimeAPI.processDied() }
        try process.run()
        runtimeAPI.watch(process.processIdentifier)
        return Life(process: process, server: server, runtimeAPI: runtimeAPI)
    }
}

/// The Runtime API of one process: hands out one event, waits for its outcome.
final class SimulatedRuntimeAPI: @unchecked Sendable {
    // Guarded by `condition`.
    private let condition = NSCondition()
    private var event: (id: String, payload: String, deadline: Date)?
    private var outcome: MortalFunction.Outcome?
    private var isDead = false
    private var process: pid_t?
    /// Real seconds between two looks at the process: Foundation now and then tells nobody that one of two that were started at
    /// once has ended.
    private static let look = 0.2

    func watch(_ process: pid_t) {
        condition.withLock { self.process = process }
    }

    func invoke(_ payload: String, seconds: Double) -> MortalFunction.Outcome {
        condition.lock()
        defer { condition.unlock() }
        outcome = nil
        event = (UUID().uuidString.lowercased(), payload, Date() + seconds)
        condition.broadcast()
        while outcome == nil, !isDead {
            guard !condition.wait(until: Date() + Self.look), hasEnded else { continue }
            isDead = true
            condition.broadcast()
        }
        return outcome ?? .died
    }

    /// Also when nobody has collected it yet. It stays for whoever does.
    private var hasEnded: Bool {
        guard let process else { return false }
        var info = siginfo_t()
        guard waitid(P_PID, id_t(process), &info, WEXITED | WNOHANG | WNOWAIT) == 0 else { return errno == ECHILD }
        return info.si_signo == SIGCHLD
    }

    func processDied() {
        condition.withLock {
            isDead = true
            condition.broadcast()
        }
    }

    func answer(_ call: LoopbackServer.Call) -> LoopbackServer.Answer? {
        if call.path.hasSuffix("/invocation/next") { return next() }
        if call.path.hasSuffix("/response") { return settle(.answered(call.body)) }
        if call.path.hasSuffix("/error") { return settle(.failed(String(decoding: call.body, as: UTF8.self))) }
        return .init(status: 404)
    }

    private func next() -> LoopbackServer.Answer? {
        condition.lock()
        defer { condition.unlock() }
        while event == nil, !isDead { condition.wait() }
        guard let given = event else { return nil }
        event = nil
        return .init(
            status: 200,
            headers: [
                "Lambda-Runtime-Aws-Request-Id": given.id, "Content-Type": "application/json",
                "Lambda-Runtime-Deadline-Ms": String(Int(given.deadline.timeIntervalSince1970 * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:local:000000000000:function:crash",
            ], body: Array(given.payload.utf8))
    }

    private func settle(_ outcome: MortalFunction.Outcome) -> LoopbackServer.Answer? {
        condition.withLock {
            self.outcome = outcome
            condition.broadcast()
        }
        return .json("{}", status: 202)
    }
}

/// An HTTP API event, version 2.0, for a signed form.
enum SignedForm {
    static func event(_ fields: FormFields, path: String, query: String = "", publicURL: String, key: String) -> String
    {
        let url = publicURL + path + (query.isEmpty ? "" : "?\(query)")
        let event: [String: Any] = [
            "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
            "headers": [
                "content-type": "application/x-www-form-urlencoded", "host": "localhost",
                "x-twilio-signature": TwilioSignature.signature(url: url, fields: fields, key: key),
            ],
            "requestContext": [
                "accountId": "0", "apiId": "crash", "domainName": "localhost", "domainPrefix": "localhost",
                "http": [
                    "method": "POST", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1",
                    "userAgent": "twilio",
                ],
                "requestId": UUID().uuidString, "routeKey": "$default", "stage": "$default",
                "time": "21/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_219_200_000,
            ] as [String: Any],
            "body": fields.encoded, "isBase64Encoded": false,
        ]
        let bytes = (try? JSONSerialization.data(withJSONObject: event)) ?? Data()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The status an HTTP function answered with.
    static func status(_ outcome: MortalFunction.Outcome) -> Int? {
        guard case .answered(let bytes) = outcome,
            let json = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
        else { return nil }
        return json["statusCode"] as? Int
    }
}
