import Conversation
import Domain
import Foundation
import NIOCore
import NIOPosix
import Outbound
import Postgres
import Store
import Support
import Synchronization
import WhatsAppServer
import WhatsAppWire

@testable import SessionWorker

/// A session worker in this process.
final class TestWorker: Sendable {
    let worker: Worker
    let environment: LineEnvironment
    private let task: Task<Void, Never>
    private let loops: MultiThreadedEventLoopGroup
    private let database: Database
    let complaints = Complaints()

    final class Complaints: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    init(
        _ installation: Installation, keys: String = Installation.secretKeys, faults: FaultPoints = .none,
        change: (inout Settings) -> Void = { _ in }, http: HTTPClient? = nil,
        histories: AsyncSemaphore = AsyncSemaphore(1), wake: @escaping @Sendable () async -> Void = {}
    ) throws {
        var settings = Settings()
        settings.isTestServer = true
        settings.server = installation.server.url
        guard let root = Settings.key(installation.server.rootKey) else { throw CocoaError(.coderInvalidValue) }
        settings.anchor = TrustAnchor(testRoot: root)
        settings.lease = 2
        settings.pauseFactor = 0.05
        settings.pacing = nil
        settings.firstKeys = 30
        change(&settings)
        loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        database = Database(url: installation.database.appURL, connections: 6, statementTimeout: 10)
        let complaints = complaints
        var environment = LineEnvironment(
            settings: settings, database: database, box: try SecretBox(keys: keys),
            clock: installation.clock, randomness: .system, ids: installation.ids,
            http: http ?? .live(allowedPrivate: [installation.server.mediaURL]), debounce: Debounce(quiet: 0.05),
            faults: faults, loops: loops, tls: nil, openings: AsyncSemaphore(16),
            files: MediaBudget(settings.files), jobs: JobCalls(wake: wake),
            log: LineLog(
                note: { text, fields in complaints.add("\(text) \(fields)") },
                complain: { text, error, fields in complaints.add("\(text) \(String(reflecting: error)) \(fields)") }))
        environment.histories = histories
        self.environment = environment
        let jobs = JobQueue(database: database, clock: installation.clock, randomness: .system, lease: 2)
        let worker = Worker(environment, jobs: jobs)
        self.worker = worker
        let url = installation.database.appURL
        task = Task { await worker.run(listeningAt: url) }
    }

    /// As on SIGTERM.
    func stop() async {
        task.cancel()
        await task.value
        await database.close()
        try? await loops.shutdownGracefully()
    }

    /// Runs the body beside a worker; its complaints are printed when something fails.
    static func with(
        _ installation: Installation, keys: String = Installation.secretKeys, faults: FaultPoints = .none,
        change: (inout Settings) -> Void = { _ in }, http: HTTPClient? = nil,
        wake: @escaping @Sendable () async -> Void = {}, _ body: () async throws -> Void
    ) async throws {
        let worker = try TestWorker(installation, keys: keys, faults: faults, change: change, http: http, wake: wake)
        do {
            try await body()
            await worker.stop()
        } catch {
            for line in worker.complaints.all.suffix(40) { print("  worker: \(line)") }
            await worker.stop()
            throw error
        }
    }
}
