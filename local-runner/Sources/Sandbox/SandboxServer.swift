import HTTPServer
import Web
import WhatsAppServer

/// The outside world in one process: Twilio, WhatsApp and its phones, the model providers. Parley reaches it over HTTP as it
/// reaches the real ones; it has no access to Parley's database.
package struct SandboxServer: Sendable {
    private let configuration: SandboxConfiguration
    private let onReady: @Sendable (Ready) async -> Void

    /// Where it is reached.
    package struct Ready: Sendable {
        package let port: Int
        /// For clients of the WhatsApp test server.
        package let whatsAppURL: String
        package let whatsAppRootKey: String
        /// Opens the phone and the controls.
        package let key: String

        /// What a person opens.
        package var phoneURL: String { "http://127.0.0.1:\(port)" + SandboxConfiguration.phonePath(key: key) }
    }

    package init(
        _ configuration: SandboxConfiguration, onReady: @escaping @Sendable (Ready) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.onReady = onReady
    }

    /// Serves loopback only, until its task is cancelled.
    package func run() async throws {
        let clock = SandboxClock(path: configuration.clockFile, beforeMove: configuration.beforeClockMoves)
        let twilio = SimulatedTwilio(configuration, clock: clock)
        try await twilio.recall()
        let background = Background()
        let whatsApp = try await startWhatsApp()
        let webhooks = WebhookSender(configuration: configuration, twilio: twilio, background: background)
        let endpoints = Endpoints(
            TwilioAPI(configuration: configuration, twilio: twilio, webhooks: webhooks).endpoints
                + ControlAPI(twilio: twilio, webhooks: webhooks).endpoints
                + WhatsAppControl(api: await ServerControl(whatsApp), server: whatsApp).endpoints
                + PhonePage(folder: configuration.assets).endpoints + ChatCompletions(faults: twilio).endpoints
                + AnthropicMessages(faults: twilio).endpoints + GeminiContent(faults: twilio).endpoints)
        let callers = LocalCallers(publicURL: configuration.publicURL, key: configuration.key)
        let adapter = HTTPAdapter { request in await Sandbox.answer(request, endpoints, to: callers) }
        let listener: HTTPListener
        do {
            listener = try await HTTPListener.bind(
                host: "127.0.0.1", port: configuration.port, limits: HTTPAdapter.limits
            ) { adapter.serve($0) }
        } catch {
            await whatsApp.stop()
            throw error
        }
        let port = await listener.port
        await twilio.isReached(at: port)
        await onReady(
            Ready(
                port: port, whatsAppURL: whatsApp.url, whatsAppRootKey: whatsApp.rootKey, key: configuration.key))
        await withTaskGroup { group in
            group.addTask { await background.process() }
            group.addTask { await keepBeating(twilio, listener) }
            group.addTask { for await _ in await whatsApp.events() { await twilio.changed() } }
            await group.next()
            group.cancelAll()
        }
        await listener.close()
        await whatsApp.stop()
    }

    private func startWhatsApp() async throws -> WhatsAppServer {
        var settings = ServerConfiguration()
        settings.port = configuration.whatsAppPort
        settings.stateFile = configuration.whatsAppStateFile
        return try await WhatsAppServer.start(settings)
    }

    /// Viewers learn within this time that a connection is dead.
    private func keepBeating(_ twilio: SimulatedTwilio, _ listener: HTTPListener) async {
        while (try? await Task.sleep(for: .seconds(15))) != nil {
            await twilio.beat()
            await listener.sweep()
        }
    }
}

private func answer(_ request: Web.Request, _ endpoints: Endpoints, to callers: LocalCallers) async -> Reply {
    do {
        guard !request.path.utf8.contains("//".utf8) else { throw Fault.notFound("page in the sandbox") }
        try callers.check(request)
        if let opened = callers.opened(request) { return .whole(opened) }
        return try await endpoints.answer(request)
    } catch let fault as Web.Fault {
        return .json(
            [
                "code": .string(fault.code), "detail": .string(fault.detail), "field": .text(fault.field),
                "status": .integer(fault.status),
            ],
            status: fault.status,
            headers: fault.allowedMethods.isEmpty
                ? [] : [(name: "allow", value: fault.allowedMethods.joined(separator: ", "))])
    } catch {
        return .json(["code": "sandbox-failed", "detail": .string("\(error)"), "status": 500], status: 500)
    }
}
