import Conversation
import Foundation
import Outbound
import Support
import Synchronization
import Web

/// The whole installation as one machine runs it, `parley up` with its functions, killed with SIGKILL and started again.
/// Each life has a commit point at which its functions die, and ends with the death of the runner itself.
final class MortalRunner: RoadHost {
    private struct Life {
        let process: Process
        /// Seconds from when it answers to its end.
        let span: Double
        var ready: ContinuousClock.Instant?
        var url: String?
        var http: HTTPClient?
    }

    private static let functions = ["RunJobs", "TwilioInbound", "TwilioStatus"]

    private let folder: String
    private let variables: [String: String]
    private let dice: Dice
    private let isCalm = CalmFlag()
    private let life = Mutex<Life?>(nil)
    private let deathCount = Mutex(0)

    init(variables: [String: String], dice: Dice) throws {
        folder = "/var/tmp/parley-crash-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.variables = variables
        self.dice = dice
    }

    var deaths: Int { deathCount.withLock { $0 } }

    func post(_ form: FormFields, path: String, query: String) async throws -> Int? {
        guard let (url, http) = life.withLock({ life in life?.url.flatMap { url in life?.http.map { (url, $0) } } })
        else {
            try await Task.sleep(for: .milliseconds(50))
            return nil
        }
        let target = path + (query.isEmpty ? "" : "?\(query)")
        let signature = TwilioSignature.signature(url: Harbour.publicURL + target, fields: form, key: Harbour.token)
        let request = OutboundRequest(
            method: "POST", url: url + target,
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", signature)],
            body: Array(form.encoded.utf8), timeout: 20)
        return try? await http.send(request).status
    }

    func tend(until isOver: @escaping @Sendable () -> Bool) async throws {
        while !isOver() {
            if life.withLock({ $0?.process.isRunning != true }) { try start() }
            let isDue = life.withLock { life in
                life?.ready.map { ContinuousClock.now - $0 > .seconds(life?.span ?? 0) } ?? false
            }
            if isDue, !isCalm.isSet { end() }
            readURL()
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// A function's process dies; the runner lives on.
    func strike() {
        guard !isCalm.isSet, let runner = life.withLock({ $0?.process.processIdentifier }) else { return }
        let children = FileManager.default.contents(atPath: "/proc/\(runner)/task/\(runner)/children") ?? Data()
        let ids = String(decoding: children, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
        guard let victim = dice.pick(ids) else { return }
        kill(victim, SIGKILL)
        deathCount.withLock { $0 += 1 }
    }

    func calm() {
        isCalm.set()
        end()
    }

    func stop() {
        end()
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func end() {
        let process = life.withLock { life in
            defer { life = nil }
            return life?.process
        }
        guard let process, process.isRunning else { return }
        kill(process.processIdentifier, SIGKILL)
        deathCount.withLock { $0 += 1 }
    }

    private func start() throws {
        let point = isCalm.isSet ? nil : dice.pick(FaultPoint.road)
        try declare(fault: point)
        let log = "\(folder)/up.log"
        try Data().write(to: URL(filePath: log))
        let output = FileHandle(forWritingAtPath: log)
        let process = Process()
        process.executableURL = URL(filePath: ProjectRoot.path + "/.build/debug/parley")
        process.arguments = [
            "up", "--no-sandbox", "--port", "0", "--control-port", "0", "--data", "\(folder)/data", "--functions",
            "\(folder)/functions", "--root", ProjectRoot.path, "--bin-dir", ProjectRoot.path + "/.build/debug",
        ]
        let kept = ProcessInfo.processInfo.environment.filter { ["HOME", "LANG", "PATH", "TMPDIR"].contains($0.key) }
        process.environment = kept.merging(variables) { $1 }
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let span = 0.3 + Double(dice.roll(1700)) / 1000
        life.withLock { $0 = Life(process: process, span: span) }
    }

    /// The functions as they are, with the fault of this life.
    private func declare(fault: FaultPoint?) throws {
        for name in Self.functions {
            let source = try Data(contentsOf: URL(filePath: "\(ProjectRoot.path)/Functions/\(name)/function.json"))
            guard var declaration = try JSONSerialization.jsonObject(with: source) as? [String: Any] else { continue }
            declaration["env"] = ["PARLEY_SANDBOX": "1", "PARLEY_FAULT": fault.map { "\($0.rawValue)=kill" } ?? ""]
            let target = "\(folder)/functions/\(name)"
            try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
            try JSONSerialization.data(withJSONObject: declaration).write(
                to: URL(filePath: "\(target)/function.json"))
        }
    }

    private func readURL() {
        guard life.withLock({ $0.map { $0.url == nil } ?? false }) else { return }
        let log = FileManager.default.contents(atPath: "\(folder)/up.log") ?? Data()
        let line = String(decoding: log, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("Parley is ready: ") }
        guard let line else { return }
        let url = String(line.dropFirst("Parley is ready: ".count))
        life.withLock {
            $0?.url = url
            $0?.http = .live(allowedPrivate: [url], connections: 4)
            $0?.ready = .now
        }
    }
}
