import Domain
import Environment
import FoundationEssentials
import Glibc
import HTTPServer
import NIOCore
import Sandbox

/// The sandbox as a child of `up`: started before the functions, which are pointed at it, and started again if it ends.
@HostLoop
final class SandboxChild {
    /// Seconds it may take to be ready.
    private static let patience = 30.0

    private let command: ChildProcess.Command
    private let logs: LogWriter
    private(set) var port = 0
    /// Of the WhatsApp test server.
    private var whatsApp = (url: "", rootKey: "")
    private var child: ChildProcess?
    private var isStopping = false
    private var onReady: CheckedContinuation<Void, any Error>?

    /// - Parameters:
    ///   - account: Twilio account SID and token it plays.
    ///   - key: opens its phone and controls.
    ///   - databaseURL: Parley's database as the role of housekeeping, for what must be ready before the clock moves.
    ///   - frontPort: where webhooks for `publicURL` are delivered.
    init(
        root: String, data: DataDirectory, account: (sid: String, token: String), key: String, publicURL: String,
        frontPort: Int,
        databaseURL: String, logs: LogWriter
    ) {
        self.logs = logs
        command = ChildProcess.Command(
            path: Installation.executable,
            arguments: [
                "sandbox", "--public-url", publicURL, "--delivery-url", "http://127.0.0.1:\(frontPort)",
                "--clock-file", data.clockFile, "--state-file", "\(data.run)/sandbox.json",
                "--whatsapp-state-file", "\(data.run)/sandbox-whatsapp.json",
                "--assets", "\(root)/local-runner/Sources/Sandbox/Phone",
            ],
            environment: PassedVariables(ProcessVariables.all).values(for: FunctionManifest(name: "sandbox")).merging(
                [
                    Variable.twilioAccountSID.name: account.sid, Variable.twilioAuthToken.name: account.token,
                    Variable.databaseURL.name: databaseURL, Variable.sandboxKey.name: key,
                ]) { $1 },
            directory: root)
    }

    /// Variables that point functions at it. A provider whose key is set stays the real one, unless the key is `sandbox`.
    func variables(_ environment: [String: String]) -> [String: String] {
        var values = SandboxConfiguration.environment(port: port)
        for provider in ModelProviderName.online {
            let key = Variable.apiKey(of: provider).text(in: environment) ?? "sandbox"
            if key != "sandbox" { values[Variable.baseURL(of: provider).name] = nil }
        }
        // In the sandbox no line may reach the real service, whatever the environment says.
        values[Variable.whatsAppURL.name] = whatsApp.url
        values[Variable.whatsAppRootKey.name] = whatsApp.rootKey
        values[Variable.whatsAppTestServer.name] = "1"
        let allowed = [Variable.egressAllow.text(in: environment) ?? "", "127.0.0.1:\(port)"].filter { !$0.isEmpty }
        values[Variable.egressAllow.name] = allowed.joined(separator: ",")
        return values
    }

    func start() async throws {
        let timeout = HostLoop.loop.scheduleTask(in: .nanoseconds(Int64(Self.patience * 1e9))) {
            HostLoop.assumeIsolated { self.settle(StartError("the sandbox doesn't get ready; see sandbox.log")) }
        }
        defer { timeout.cancel() }
        try await withCheckedThrowingContinuation { continuation in
            onReady = continuation
            do {
                try launch()
            } catch {
                settle(error)
            }
        }
    }

    func stop() async {
        isStopping = true
        child?.signal(SIGTERM)
        for _ in 0..<100 where child?.ending == nil { try? await Task.sleep(for: .milliseconds(20)) }
        child?.signal(SIGKILL)
    }

    private func launch() throws {
        var command = command
        command.arguments += ["--port", String(port), "--whatsapp-port", String(whatsAppPort)]
        child = try ChildProcess.start(
            command, onLine: { [weak self] in self?.read($0) }, onExit: { [weak self] in self?.ended($0) })
    }

    private func read(_ line: ByteBuffer) {
        let text = String(buffer: line)
        let words = text.split(separator: " ").map(String.init)
        if text.hasPrefix("WhatsApp is ready: "), words.count == 5 {
            whatsApp = (url: words[3], rootKey: words[4])
            return
        }
        guard text.hasPrefix("Sandbox is ready: "), let colon = text.lastIndex(of: ":") else {
            return logs.write("sandbox", text)
        }
        port = Int(text[text.index(after: colon)...]) ?? port
        settle(nil)
    }

    private var whatsAppPort: Int {
        whatsApp.url.split(separator: "/").dropFirst().first?.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    private func settle(_ error: (any Error)?) {
        let continuation = onReady
        onReady = nil
        if let error { continuation?.resume(throwing: error) } else { continuation?.resume() }
    }

    /// It holds the phone's windows; functions keep its address, so it comes back on the same port.
    private func ended(_ child: ChildProcess) {
        guard !isStopping else { return }
        settle(StartError("the sandbox ended: \(child.ending?.words ?? ""); see sandbox.log"))
        logs.write("sandbox", "ended: \(child.ending?.words ?? ""); starting it again")
        HostLoop.loop.scheduleTask(in: .seconds(1)) {
            HostLoop.assumeIsolated { if !self.isStopping { try? self.launch() } }
        }
    }
}
