import ArgumentParser
import Environment
import FoundationEssentials
import Glibc
import Postgres
import Sandbox
import Store
import UnixSignals

/// `parley sandbox`: simulated providers, all of them or one alone.
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox", abstract: "Simulates the providers and a phone.",
        subcommands: [SandboxProvidersCommand.self, SandboxWhatsAppCommand.self],
        defaultSubcommand: SandboxProvidersCommand.self)
}

/// The simulated providers in a process of their own. `parley up --sandbox` starts it.
struct SandboxProvidersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers",
        abstract: "All providers and a phone in the browser (default); `up` starts it when it is needed.",
        discussion: """
            TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are the account it plays. PARLEY_SANDBOX_KEY opens the phone and the controls; \
            without it one is made, and the phone's link with it is printed.
            """)

    @Option(help: "Loopback port; 0 lets the system choose.")
    var port = 0

    @Option(help: "Public URL of Parley, as signatures are computed over it.")
    var publicURL: String

    @Option(help: "Where requests for the public URL really connect.")
    var deliveryURL: String?

    @Option(help: "File with the clock's offset in seconds.")
    var clockFile: String?

    @Option(help: "File that keeps bought numbers and windows.")
    var stateFile: String?

    @Option(help: "Loopback port of the WhatsApp test server; 0 lets the system choose.")
    var whatsappPort = 0

    @Option(help: "File that keeps the WhatsApp test server's keys and linked lines.")
    var whatsappStateFile: String?

    @Option(help: "Folder with the phone page's files.")
    var assets: String

    func run() async throws {
        let environment = ProcessVariables.all
        var configuration = SandboxConfiguration(
            port: port, publicURL: publicURL, deliveryURL: deliveryURL,
            twilioAccountSID: Variable.twilioAccountSID.set(in: environment) ?? "",
            twilioAuthToken: Variable.twilioAuthToken.set(in: environment) ?? "",
            key: Variable.sandboxKey.set(in: environment), clockFile: clockFile,
            stateFile: stateFile,
            whatsAppPort: whatsappPort, whatsAppStateFile: whatsappStateFile, assets: assets)
        if let url = Variable.databaseURL.set(in: environment) {
            let housekeeping = HousekeepingStore(database: Database(url: url))
            configuration.beforeClockMoves = { try await housekeeping.ensurePartitions(until: $0) }
        }
        let server = SandboxServer(configuration) { ready in
            let lines =
                "WhatsApp is ready: \(ready.whatsAppURL) \(ready.whatsAppRootKey)\n"
                + "Sandbox is ready: http://127.0.0.1:\(ready.port)\n"
            let link = Variable.sandboxKey.set(in: environment) == nil ? "Phone: \(ready.phoneURL)\n" : ""
            writeAll(STDOUT_FILENO, Array((lines + link).utf8))
        }
        try await untilTold { try await server.run() }
    }

    /// Until SIGTERM or SIGINT.
    private func untilTold(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await work() }
            group.addTask { for await _ in signals { return } }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }
}
