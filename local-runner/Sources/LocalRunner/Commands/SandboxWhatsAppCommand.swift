import ArgumentParser
import FoundationEssentials
import Glibc
import WhatsAppServer

/// `parley sandbox whatsapp`: the WhatsApp test server alone, for any client that can be told its address and root key.
struct SandboxWhatsAppCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "whatsapp",
        abstract: "A WhatsApp server to test clients against, with simulated phones.",
        discussion: """
            Prints its addresses and root public key as the first line of JSON, then one line for everything that \
            happens, decrypted messages among it. Act as a phone or a contact over the control API, for example:

              curl -H 'content-type: application/json' -d '{"qr":"...","number":"15550001111"}' <control>/phone/scan
              curl -H 'content-type: application/json' -d '{"from":"15552223333","to":"15550001111","text":"Hello"}' \
            <control>/contacts/send

            GET <control>/messages lists what simulated phones have decrypted. Loopback only; Ctrl-C ends it.
            """)

    @Option(help: "Loopback port for clients and their files; 0 lets the system choose.")
    var port = 0

    @Option(help: "Loopback port of the control API; 0 lets the system choose.")
    var controlPort = 0

    @Option(help: "PEM certificate chain, for wss and https; needs --key.")
    var certificate: String?

    @Option(help: "PEM private key of the certificate.")
    var key: String?

    @Option(help: "File that keeps keys and linked devices over a restart.")
    var state: String?

    @Option(help: "Seed that makes keys and ids repeatable.")
    var seed: UInt64?

    func validate() throws {
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key belong together.")
        }
    }

    func run() async throws {
        var configuration = ServerConfiguration()
        configuration.port = port
        configuration.stateFile = state
        configuration.seed = seed
        if let certificate, let key { configuration.certificate = .init(chainFile: certificate, keyFile: key) }
        let server = try await WhatsAppServer.start(configuration)
        let control = try await ControlListener.open(await ServerControl(server), port: controlPort)
        print(
            Introduction(
                url: server.url, rootKey: server.rootKey, mediaURL: server.mediaURL,
                control: "http://127.0.0.1:\(control.port)"))
        for await event in await server.events() { print(event) }
    }

    private func print(_ value: some Encodable) {
        writeAll(STDOUT_FILENO, JSONLine.bytes(value) + [0x0A])
    }

    private struct Introduction: Encodable {
        let url: String
        let rootKey: String
        let mediaURL: String
        let control: String

        enum CodingKeys: String, CodingKey {
            case url, control
            case rootKey = "root_key"
            case mediaURL = "media_url"
        }
    }
}
