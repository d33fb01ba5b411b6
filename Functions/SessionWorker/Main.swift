import Conversation
import Domain
import Environment
import FoundationEssentials
import FunctionHost
import Glibc
import Logging
import NIOCore
import NIOPosix
import Postgres
import Store
import TLS
import UnixSignals

/// The persistent process: holds WhatsApp Web lines until it is told to stop.
@main
struct Main {
    /// Postgres connections for all lines together.
    private static let shared = 8
    /// With the one that listens.
    static let connections = shared + 1

    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let configuration = Configuration.process
        let logger = Logger.json(function: "session-worker", configuration: configuration)
        do {
            let environment = FunctionEnvironment.live(
                "session-worker", configuration: configuration, logger: logger, connections: shared)
            try await run(environment)
        } catch {
            logger.critical("the session worker stops", metadata: ["error": "\(String(reflecting: error))"])
            exit(1)
        }
    }

    private static func run(_ environment: FunctionEnvironment) async throws {
        let configuration = environment.configuration
        var lines = try LineEnvironment(environment)
        let room = Descriptors.lines(wanted: lines.settings.lines, limit: Descriptors.raise())
        if room < lines.settings.lines {
            environment.note("takes fewer lines: too few files may be open", ["lines": "\(room)"])
            lines.settings.lines = room
        }
        if lines.settings.keepsFilesInMemory {
            environment.note(
                "keeps files in memory, and fewer of them: FILES_FOLDER names no folder on a disk",
                ["folder": lines.settings.folders.first ?? ""])
        }
        if lines.settings.isTestServer {
            environment.note(
                "talking to a test server, not to WhatsApp", ["server": lines.settings.server])
        }
        let jobs = JobQueue(
            database: environment.database, clock: environment.clock, randomness: environment.randomness,
            lease: try configuration.jobLease)
        let worker = Worker(lines, jobs: jobs)
        let url = try configuration.databaseURL
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run(listeningAt: url) }
            for await _ in await UnixSignalsSequence(trapping: .sigterm, .sigint) { break }
            environment.note("giving all lines back")
            group.cancelAll()
        }
        await environment.database.close()
    }
}

extension LineEnvironment {
    init(_ environment: FunctionEnvironment) throws {
        let configuration = environment.configuration
        let settings = try Settings(configuration)
        let debounce = Debounce(quiet: try configuration.debounce)
        self.init(
            settings: settings, database: environment.database, box: try SecretBox(keys: configuration.secretKeys),
            clock: environment.clock, randomness: environment.randomness, ids: environment.ids,
            http: environment.http, debounce: debounce,
            faults: .configured(configuration.fault, isSandbox: configuration.isSandbox),
            loops: MultiThreadedEventLoopGroup(numberOfThreads: 1),
            tls: settings.server.hasPrefix("wss:")
                ? try TLSContext.client(authorities: configuration[.certificateFile]) : nil,
            openings: AsyncSemaphore(settings.openings), files: MediaBudget(settings.files),
            jobs: JobCalls(
                wake: RunnerCall(database: environment.database, dueIn: debounce.quiet) {
                    await environment.invoke.wake("run-jobs")
                }.call),
            log: LineLog(
                note: { environment.note($0, $1) }, complain: { environment.complain($0, about: $1, $2) }))
    }
}
