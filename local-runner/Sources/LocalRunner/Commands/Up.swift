import Access
import ArgumentParser
import Environment
import FoundationEssentials
import Glibc
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// `parley up`: everything on this machine, until it is told to stop.
struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts Postgres, migrates, and serves the functions over HTTP.",
        discussion: """
            Prints one line "Parley is ready: <url>" on standard output when requests will be answered; everything \
            else goes to standard error. What the functions write is in <data>/logs. Ctrl-C stops everything.

            Everything else is set by environment variables: `parley environment` lists them.
            """)

    @OptionGroup var installation: Installation

    @Option(help: "Port for HTTP; 0 lets the system choose (default: PORT, else 8080).")
    var port: Int?

    @Option(help: "Address to listen on for HTTP.")
    var address = "127.0.0.1"

    @Option(help: "Loopback port of the Invoke API; 0 lets the system choose.")
    var controlPort = 9001

    @Flag(
        inversion: .prefixedNo,
        help: "Simulate the providers, for this machine only (default: when nothing at all is configured).")
    var sandbox: Bool?

    @Flag(inversion: .prefixedNo, help: "Set up a demo business in the sandbox.")
    var demo = true

    @Flag(help: "Rebuild and replace functions when their sources change.")
    var watch = false

    @Flag(help: "Show the functions' log lines in the terminal too; `parley logs -f` shows them anywhere.")
    var verbose = false

    @Option(help: "Seconds without work after which an idle process ends.")
    var idleSeconds: Double = 300

    @Option(
        help: ArgumentHelp("Seconds before the second and third attempt of a failed event.", visibility: .hidden))
    var eventRetryDelays = "60,120"

    func run() async throws {
        let runner = Runner(try options())
        var logger = Logger(label: "parley")
        logger.logLevel = .error
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: runner, successTerminationBehavior: .gracefullyShutdownGroup)],
                gracefulShutdownSignals: [.sigint, .sigterm], logger: logger))
        try await group.run()
    }

    /// Hosts name the port in the environment.
    static func port(_ option: Int?, in environment: [String: String]) throws -> Int {
        if let option { return option }
        return Variable.port.set(in: environment) == nil ? 8080 : try Variable.port.number(in: environment)
    }

    private func options() throws -> RunnerOptions {
        let environment = ProcessVariables.all
        try EnvironmentCheck(environment).run()
        let isSandbox = try SandboxChoice(word: sandbox, environment: environment, address: address).isSandbox()
        if isSandbox, sandbox == nil {
            say("Nothing is configured: this is the sandbox, for this machine only (--sandbox says the same)")
        }
        if !isSandbox { try ProxyRule(environment: environment, address: address).check() }
        _ = try FirstAdmin(start: environment, isSandbox: isSandbox)
        guard (0...1_000_000).contains(idleSeconds) else {
            throw StartError("--idle-seconds must be a number from 0 to 1000000")
        }
        let delays = eventRetryDelays.split(separator: ",").compactMap { Double($0) }
        return RunnerOptions(
            installation: installation, environment: environment, address: address,
            port: try Self.port(port, in: environment),
            controlPort: controlPort,
            isSandbox: isSandbox,
            setsUpDemo: demo, watches: watch, isVerbose: verbose,
            idleSeconds: idleSeconds, retries: RetryPolicy(delays: delays))
    }
}
