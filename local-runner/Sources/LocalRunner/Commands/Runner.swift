import Access
import Domain
import Environment
import FoundationEssentials
import Glibc
import HTTPServer
import NIOCore
import Postgres
import ServiceLifecycle
import Store
import Web

struct RunnerOptions: Sendable {
    var installation: Installation
    var environment: [String: String]
    var address: String
    var port: Int
    var controlPort: Int
    var isSandbox: Bool
    var setsUpDemo: Bool
    var watches: Bool
    var isVerbose: Bool
    var idleSeconds: Double
    var retries: RetryPolicy
}

/// The order in which everything comes up; it goes down in reverse.
struct Runner: Service {
    let options: RunnerOptions

    /// Connections beyond one per function process: the runner's own, a person's, Postgres' reserve.
    private static let spareConnections = 30

    init(_ options: RunnerOptions) {
        self.options = options
    }

    func run() async throws {
        let catalog = try options.installation.catalog()
        for folder in catalog.unwritten { say("\(folder)/function.json declares nothing yet: left out") }
        let data = try DataDirectory(options.installation.data)
        let lock = try data.lock()
        defer { lock.release() }
        let keys = try Keys.load(data.keys)
        say("Starting the database ...")
        let processes = catalog.entries.map(\.manifest).reduce(0) { $0 + $1.processes * $1.connections }
        let access = try await DatabaseAccess.open(
            options.environment, data: data, keys: keys, connections: processes + Self.spareConnections)
        let result: Result<Void, any Error>
        do {
            let applied = try await access.migrate(options.installation.migrationsFolder)
            if let last = applied.last { say("Brought the database up to date: \(applied.count) steps, up to \(last)") }
            result = .success(try await serve(catalog, data: data, keys: keys, access: access))
        } catch {
            result = .failure(error)
        }
        if let cluster = access.cluster {
            say("Stopping the database ...")
            await cluster.stop()
        }
        try result.get()
    }

    @HostLoop
    private func serve(_ catalog: Catalog, data: DataDirectory, keys: Keys, access: DatabaseAccess) async throws {
        let logs = LogWriter(
            directory: data.logs, terminal: options.isVerbose ? STDERR_FILENO : nil, notices: STDERR_FILENO)
        let keepAlive = try KeepAlive(options.environment) { await logs.notice("keep-alive", $0) }
        let ports = try await Ports.bind(options)
        try await access.check()
        var variables = FunctionVariables(
            environment: options.environment, keys: keys, data: data, isSandbox: options.isSandbox,
            databaseURL: access.appURL, frontPort: ports.front.port, controlPort: ports.control.port)
        let sandbox = options.isSandbox ? try await startSandbox(&variables, data: data, keys: keys, logs: logs) : nil
        let values = variables.values()
        if Self.hasAccounts(catalog) {
            let access = OperatorAtStart(
                values: values, isSandbox: options.isSandbox, appURL: access.appURL, clock: clock(data))
            try await access.settle()
        }
        say("Starting \(catalog.entries.count) functions ...")
        let host = Host(settings: HostSettings(environment: values, idleSeconds: options.idleSeconds), logs: logs)
        host.add(ports.front)
        host.add(ports.control)
        host.load(catalog)
        host.start()
        let database = Database(url: DatabaseAccess.url(access.appURL, as: .runner), connections: 3)
        let coalesced = CoalescedInvocations()
        let events = EventQueue(
            host: host, store: EventStore(database: database, runner: keys["RUNNER_ID"] ?? "local"),
            policy: options.retries, coalesced: coalesced)
        try await events.takeBack()
        let scheduler = Scheduler(
            host: host, store: ScheduleStore(database: database), clock: clock(data), coalesced: coalesced,
            onQueued: { events.lookSoon() })
        let forwards = sandbox.map { [Forward(prefix: "/sandbox/", host: "127.0.0.1", port: $0.port)] } ?? []
        ports.open(
            front: FrontServer(host: host, settings: try frontSettings(forwards), port: ports.front.port),
            control: InvokeAPI(host: host, events: events, secret: keys[Keys.control] ?? LocalSecret.make()))
        host.startPersistent()
        coalesced.invokeAll(host.pools.values)
        writeAll(STDOUT_FILENO, Array("Parley is ready: \(address(ports))\n".utf8))
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await events.run() }
            group.addTask { await scheduler.run() }
            if let cluster = access.cluster { group.addTask { await cluster.supervise() } }
            group.addTask { await announce(ports, catalog, data, values, sandboxKey: keys[Keys.sandboxKey] ?? "") }
            if let keepAlive { group.addTask { await keepAlive.run() } }
            if options.watches {
                group.addTask { await Watcher(host: host, installation: options.installation).run() }
            }
            try? await gracefulShutdown()
            group.cancelAll()
        }
        say("Stopping ...")
        await host.stop()
        await events.stop()
        await sandbox?.stop()
        await logs.close()
        await database.close()
    }

    private static func hasAccounts(_ catalog: Catalog) -> Bool {
        catalog.entries.contains { $0.manifest.name == "auth" }
    }

    @HostLoop
    private func startSandbox(
        _ variables: inout FunctionVariables, data: DataDirectory, keys: Keys, logs: LogWriter
    ) async throws -> SandboxChild {
        let account = variables.playTwilio()
        say("Starting the sandbox ...")
        let sandbox = SandboxChild(
            root: options.installation.rootFolder, data: data, account: account, key: keys[Keys.sandboxKey] ?? "",
            publicURL: variables.publicURL, frontPort: variables.frontPort,
            databaseURL: DatabaseAccess.url(variables.databaseURL, as: .housekeeping), logs: logs)
        try await sandbox.start()
        variables.environment.merge(sandbox.variables(variables.environment)) { $1 }
        return sandbox
    }

    private func clock(_ data: DataDirectory) -> WallClock {
        guard options.isSandbox else { return WallClock { Date() } }
        return WallClock {
            let text = FileManager.default.contents(atPath: data.clockFile).map { String(decoding: $0, as: UTF8.self) }
            return Date() + (Double((text ?? "").filter { !$0.isWhitespace }) ?? 0)
        }
    }

    private func frontSettings(_ forwards: [Forward]) throws -> FrontServer.Settings {
        guard let trusted = TrustedProxies(Variable.trustedProxies.text(in: options.environment) ?? "") else {
            throw StartError("TRUSTED_PROXIES must be a comma-separated list of addresses and CIDR blocks")
        }
        return FrontServer.Settings(
            cors: CORS(Variable.corsOrigins.text(in: options.environment)), trusted: trusted, forwards: forwards)
    }

    /// Where this machine reaches the front.
    @HostLoop
    private func address(_ ports: Ports) -> String {
        let host = ["0.0.0.0", "::"].contains(options.address) ? "127.0.0.1" : options.address
        return "http://\(host):\(ports.front.port)"
    }

    /// Sets up the demo, which takes a moment, and says the rest in one piece.
    @HostLoop
    private func announce(
        _ ports: Ports, _ catalog: Catalog, _ data: DataDirectory, _ values: [String: String], sandboxKey: String
    ) async {
        var demo: Demo.Outcome?
        if options.isSandbox, options.setsUpDemo, Self.hasAccounts(catalog) {
            say("Setting up the demo business ...")
            demo = await Demo(
                url: "http://127.0.0.1:\(ports.front.port)", dataFolder: data.path, sandboxKey: sandboxKey
            ).run()
        }
        guard !Task.isCancelled else { return }
        let password = Variable.dashboardPassword.text(in: values)
        let announcement = Announcement(
            url: address(ports), publicURL: Variable.publicURL.text(in: values) ?? "", controlPort: ports.control.port,
            isSandbox: options.isSandbox, sandboxKey: sandboxKey,
            operatorName: Variable.dashboardUsername.text(in: values) ?? "",
            operatorPassword: password == FirstAdmin.defaultPassword ? password : nil, demo: demo,
            logs: data.logs, logCommand: "\(Installation.executable) logs -f --data \(data.path)")
        say(announcement.text)
    }
}
