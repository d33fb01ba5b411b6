import Foundation
import Support
import Synchronization
import WhatsAppServer

/// A session worker's real process, which can be killed, paused and started anew.
final class MortalWorker: Sendable {
    private let variables: [String: String]
    private let process = Mutex<Process?>(nil)
    private let deathCount = Mutex(0)

    init(_ variables: [String: String]) {
        self.variables = variables
    }

    var deaths: Int { deathCount.withLock { $0 } }
    var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }
    var pid: Int32? { process.withLock { $0?.processIdentifier } }

    /// - Parameter fault: the commit point at which it kills itself.
    func start(fault: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: ProjectRoot.path + "/.build/debug/session-worker")
        var environment = variables
        environment["PARLEY_FAULT"] = fault.map { "\($0)=kill" }
        process.environment = environment
        process.standardOutput = FileHandle.nullDevice
        if let log = ProcessInfo.processInfo.environment["WORKER_LOG"] {
            _ = FileManager.default.createFile(atPath: log, contents: nil)
            let handle = FileHandle(forWritingAtPath: log)
            handle?.seekToEndOfFile()
            process.standardError = handle
        } else {
            process.standardError = FileHandle.nullDevice
        }
        process.terminationHandler = { [weak self] _ in self?.deathCount.withLock { $0 += 1 } }
        try process.run()
        self.process.withLock { $0 = process }
    }

    func send(_ signal: Int32) {
        process.withLock { process in
            if let process, process.isRunning { _ = Foundation.kill(process.processIdentifier, signal) }
        }
    }

    /// Kills it and waits until it is gone.
    func kill() async throws {
        send(SIGKILL)
        _ = try await eventually("the process to be gone") { self.isRunning ? nil : true }
    }
}

extension Installation {
    /// What a worker's process needs.
    /// - Parameter role: the database role it logs in as.
    func variables(role: String = "parley_app") -> [String: String] {
        [
            "DATABASE_URL": database.appURL.replacing("parley_app@", with: "\(role)@"),
            "PARLEY_SECRET_KEYS": Self.secretKeys, "PARLEY_SANDBOX": "1", "WHATSAPP_WEB_TEST_SERVER": "1",
            "WHATSAPP_WEB_URL": server.url, "WHATSAPP_WEB_ROOT_KEY": server.rootKey, "WHATSAPP_PACING": "off",
            "WHATSAPP_LEASE_SECONDS": "1.5", "WHATSAPP_PAUSE_FACTOR": "0.02", "JOB_LEASE_SECONDS": "1",
            "DEBOUNCE_SECONDS": "0.05",
        ]
    }
}
