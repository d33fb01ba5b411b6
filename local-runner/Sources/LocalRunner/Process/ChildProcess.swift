import Blocking
import CSpawn
import Dispatch
import Glibc
import HTTPServer
import NIOCore
import NIOPosix

/// One running program whose output is captured line by line. Dies with the host, even when that is killed.
@HostLoop
final class ChildProcess {
    struct Command: Sendable {
        var path: String
        var arguments: [String] = []
        var environment: [String: String]
        var directory: String
        /// Bytes of private memory, a backstop against a runaway; 0 for none.
        var dataLimit: UInt64 = 0
        /// Lambda gives a function 1,024.
        var descriptors: UInt64 = 1024
    }

    enum Ending: Sendable, Equatable {
        case exited(Int32)
        case signalled(Int32)

        /// As RIE words it: "exit status 3", "signal: killed".
        var words: String {
            switch self {
            case .exited(let code): "exit status \(code)"
            case .signalled(SIGKILL): "signal: killed"
            case .signalled(SIGTERM): "signal: terminated"
            case .signalled(SIGSEGV): "signal: segmentation fault"
            case .signalled(SIGABRT): "signal: aborted"
            case .signalled(SIGILL), .signalled(SIGTRAP): "signal: trap"
            case .signalled(let number): "signal: \(number)"
            }
        }
    }

    let pid: pid_t
    private(set) var ending: Ending?
    /// Peak resident size, known when it has ended.
    private(set) var peakKilobytes = 0
    private var onExit: (@HostLoop (ChildProcess) -> Void)?
    private var watch: (any DispatchSourceRead)?
    private var memory: ProcessMemory?

    /// - Parameters:
    ///   - onLine: a line of standard output or error, without its newline.
    ///   - onExit: called once, after the output that was there has been read.
    static func start(
        _ command: Command, onLine: @escaping @HostLoop (ByteBuffer) -> Void,
        onExit: @escaping @HostLoop (ChildProcess) -> Void
    ) throws(SpawnError) -> ChildProcess {
        let pipe = output_pipe()
        guard pipe.reader >= 0 else { throw SpawnError(path: command.path, reason: errno) }
        let pid = spawn(command, output: pipe.writer)
        Glibc.close(pipe.writer)
        guard pid > 0 else {
            Glibc.close(pipe.reader)
            throw SpawnError(path: command.path, reason: -pid)
        }
        let child = ChildProcess(pid: pid, onExit: onExit)
        let lines = LineReader(onLine: onLine)
        NIOPipeBootstrap(group: HostLoop.group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(lines) }
            }
            .takingOwnershipOfDescriptor(input: pipe.reader)
            .whenFailure { _ in Glibc.close(pipe.reader) }
        child.watchForExit(lines)
        return child
    }

    private init(pid: pid_t, onExit: @escaping @HostLoop (ChildProcess) -> Void) {
        self.pid = pid
        self.onExit = onExit
        memory = ProcessMemory(pid: pid)
    }

    /// To the whole process group. Nothing happens when it has ended.
    func signal(_ number: Int32) {
        guard ending == nil else { return }
        kill(-pid, number)
        kill(pid, number)
    }

    /// Resident size now and at its peak, KB.
    func measure() -> (now: Int, peak: Int) {
        if let sizes = memory?.read() { peakKilobytes = max(peakKilobytes, sizes.peak) }
        return (memory?.latest ?? 0, peakKilobytes)
    }

    private func watchForExit(_ lines: LineReader) {
        watch = Self.watch(pid) { status, kilobytes in
            HostLoop.loop.execute {
                HostLoop.assumeIsolated { self.ended(status: status, kilobytes: kilobytes, lines) }
            }
        }
    }

    /// Reaps the process on a queue of its own when it has ended.
    nonisolated private static func watch(
        _ pid: pid_t, then ended: @escaping @Sendable (_ status: Int32, _ kilobytes: Int) -> Void
    ) -> sending any DispatchSourceRead {
        let descriptor = process_descriptor(pid)
        let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: exits)
        source.setEventHandler {
            var status: Int32 = 0
            var kilobytes = 0
            if reap_child(pid, &status, &kilobytes) == pid { ended(status, kilobytes) }
        }
        source.setCancelHandler { Glibc.close(descriptor) }
        source.activate()
        return source
    }

    nonisolated private static let exits = DispatchQueue(label: "child exits")

    private func ended(status: Int32, kilobytes: Int, _ lines: LineReader) {
        let signal = status & 0x7f
        ending = signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
        peakKilobytes = max(peakKilobytes, kilobytes)
        memory = nil
        watch?.cancel()
        watch = nil
        // A grandchild may hold the pipe open: read what is there, wait for no more.
        lines.drain { [self] in
            let callback = onExit
            onExit = nil
            callback?(self)
        }
    }

    private static func spawn(_ command: Command, output: Int32) -> pid_t {
        let arguments = [command.path] + command.arguments
        let environment = command.environment.map { "\($0.key)=\($0.value)" }
        return withCStrings(arguments) { arguments in
            withCStrings(environment) { environment in
                command.path.withCString { path in
                    command.directory.withCString { directory in
                        var request = child(
                            path: path, arguments: arguments, environment: environment, directory: directory,
                            output: output, data_limit: command.dataLimit,
                            descriptors: command.descriptors)
                        return spawn_child(&request)
                    }
                }
            }
        }
    }
}

struct SpawnError: Error, CustomStringConvertible {
    let path: String
    let reason: Int32
    var description: String { "\(path) can't be started: \(String(cString: strerror(reason)))" }
}
