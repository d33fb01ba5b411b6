import HTTPServer
import NIOCore

/// All functions of this machine, by name.
@HostLoop
final class Host {
    private(set) var pools: [String: FunctionPool] = [:]
    private(set) var persistent: [String: PersistentProcess] = [:]
    private(set) var routes = RouteTable([])
    let settings: HostSettings
    let logs: LogWriter
    private var ticker: RepeatedTask?
    private var listeners: [HTTPListener] = []
    private var ticks = 0

    init(settings: HostSettings, logs: LogWriter) {
        self.settings = settings
        self.logs = logs
    }

    /// Adds new functions and replaces the declarations of known ones.
    func load(_ catalog: Catalog) {
        for entry in catalog.entries {
            if entry.manifest.persistent {
                add(persistent: entry)
            } else if let pool = pools[entry.manifest.name] {
                if pool.entry.manifest != entry.manifest { pool.replace(with: entry) }
            } else {
                pools[entry.manifest.name] = FunctionPool(entry, settings: settings, logs: logs)
            }
        }
        routes = RouteTable(catalog.entries.map { ($0.manifest.name, $0.manifest.routes + $0.manifest.forward) })
    }

    private func add(persistent entry: Catalog.Entry) {
        if let process = persistent[entry.manifest.name] {
            if process.entry.manifest != entry.manifest { process.replace(with: entry) }
        } else {
            persistent[entry.manifest.name] = PersistentProcess(entry, settings: settings, logs: logs)
        }
    }

    /// Starts the persistent processes. They are ended by `stop`.
    func startPersistent() {
        for process in persistent.values { process.start() }
    }

    func add(_ listener: HTTPListener) {
        listeners.append(listener)
    }

    /// Starts the clockwork: 20 looks a second at time-outs, 10 log flushes, a sweep of stale connections now and then.
    func start() {
        ticker = HostLoop.loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(50)) { _ in
            HostLoop.assumeIsolated { self.tick() }
        }
    }

    private func tick() {
        let now = NIODeadline.now()
        ticks &+= 1
        for pool in pools.values { pool.tick(now: now) }
        if ticks % 2 == 0 { logs.flush() }
        if ticks % 100 == 0 { for listener in listeners { listener.sweep(now: now) } }
    }

    /// Ends all processes; running invocations get the grace.
    func stop(grace: TimeAmount = .seconds(5)) async {
        for listener in listeners { listener.stopAccepting() }
        await withTaskGroup(of: Void.self) { group in
            for pool in pools.values { group.addTask { await pool.stop(grace: grace) } }
            for process in persistent.values { group.addTask { await process.stop() } }
        }
        for listener in listeners { listener.close() }
        ticker?.cancel()
        logs.flush()
    }
}
