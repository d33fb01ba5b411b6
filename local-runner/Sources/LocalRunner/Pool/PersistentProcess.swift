import Domain
import Glibc
import HTTPServer
import NIOCore

/// A program that runs for as long as the host does (the session worker, the event stream): started after the migrations,
/// started again with a growing pause when it ends, told to stop with SIGTERM. It serves its `forward` paths on a loopback
/// port of its own.
@HostLoop
final class PersistentProcess {
    /// Seconds it may take to end after SIGTERM: it gives back its lines and finishes its transactions.
    private static let grace: Int64 = 10
    /// Seconds it must have lived for the pause before its next start to be the shortest again.
    private static let healthySeconds: Int64 = 30
    /// Before the first restart, doubled with each short life up to the limit. Half of each pause is random, so that processes
    /// that failed together don't come back together.
    private static let backoff = Backoff(base: 0.5, limit: 30)

    private(set) var entry: Catalog.Entry
    /// Where it listens; `nil` while it is not running. A new one with every start, so that nobody can sit on it.
    private(set) var port: Int?
    private let settings: HostSettings
    private let logs: LogWriter
    private var child: ChildProcess?
    private var startedAt = NIODeadline.now()
    private var shortLives = 0
    private var isStopping = false
    private var onEnd: CheckedContinuation<Void, Never>?

    init(_ entry: Catalog.Entry, settings: HostSettings, logs: LogWriter) {
        self.entry = entry
        self.settings = settings
        self.logs = logs
    }

    private var name: String { entry.manifest.name }

    func start() {
        guard child == nil, !isStopping else { return }
        startedAt = .now()
        guard let port = freeLoopbackPort() else { return again("there is no free port") }
        do {
            child = try ChildProcess.start(
                command(port: port), onLine: { [weak self] in self?.log($0) },
                onExit: { [weak self] in self?.ended($0) })
            self.port = port
        } catch {
            again("\(error)")
        }
    }

    /// Ends it politely; the new code is started as soon as the old has ended.
    func replace(with entry: Catalog.Entry) {
        self.entry = entry
        shortLives = 0
        child.map(end)
    }

    func stop() async {
        isStopping = true
        guard let child else { return }
        await withCheckedContinuation { continuation in
            onEnd = continuation
            end(child)
        }
    }

    private func end(_ child: ChildProcess) {
        child.signal(SIGTERM)
        HostLoop.loop.scheduleTask(in: .seconds(Self.grace)) { HostLoop.assumeIsolated { child.signal(SIGKILL) } }
    }

    private func command(port: Int) -> ChildProcess.Command {
        ChildProcess.Command(
            path: entry.executable, environment: settings.environment(forPersistent: entry, port: port),
            directory: entry.folder, dataLimit: 4 * UInt64(entry.manifest.memoryMB) << 20 + 1 << 30,
            descriptors: UInt64(entry.manifest.files))
    }

    private func log(_ line: ByteBuffer) {
        logs.write(name, settings.filter.filtered(line))
    }

    private func ended(_ child: ChildProcess) {
        self.child = nil
        port = nil
        if isStopping {
            onEnd?.resume()
            onEnd = nil
            return
        }
        again("ended: \(child.ending?.words ?? "")")
    }

    private func again(_ reason: String) {
        let lived = NIODeadline.now() - startedAt
        shortLives = lived >= .seconds(Self.healthySeconds) ? 0 : shortLives + 1
        let wait = Int64(Self.backoff.delay(after: shortLives + 1, fraction: .random(in: 0...1)) * 1_000)
        let words = "\(reason); starting it again in \(wait) ms"
        if shortLives <= 1 { logs.notice(name, words) } else { logs.write(name, words) }
        HostLoop.loop.scheduleTask(in: .milliseconds(wait)) { HostLoop.assumeIsolated { self.start() } }
    }
}

/// A port of 127.0.0.1 that nobody listens on right now. Should somebody be faster, the program ends and gets another.
private func freeLoopbackPort() -> Int? {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
    }
    return isBound ? Int(UInt16(bigEndian: address.sin_port)) : nil
}
