import Domain
package import FoundationEssentials

/// How a sandbox is set up. Everything it simulates lives in this process and is lost with it, except what `stateFile`
/// keeps: bought numbers, open windows and opt-outs, which Parley's database remembers too.
package struct SandboxConfiguration: Sendable {
    /// 0 lets the system choose; the chosen port is reported through `onReady`.
    package var port: Int
    /// Parley's public URL without a trailing slash: webhooks of unowned numbers go to
    /// `<publicURL>/api/whatsapp/webhook`, and every signature is computed over public URLs.
    package var publicURL: String
    /// Where requests for `publicURL` really connect, when that is another address (`http://127.0.0.1:8080`). Only
    /// `http` works: the sandbox never speaks to anything but this machine.
    package var deliveryURL: String?
    package var twilioAccountSID: String
    package var twilioAuthToken: String
    /// Opens the phone and the controls: loopback is no person.
    package var key: String
    /// Text file with the clock's offset in seconds; `nil` fixes the clock to the system's.
    package var clockFile: String?
    /// Called with the time that the clock is about to show.
    package var beforeClockMoves: @Sendable (Date) async throws -> Void = { _ in }
    package var stateFile: String?
    /// Port of the WhatsApp test server; 0 lets the system choose.
    package var whatsAppPort: Int
    /// Keeps its root key and linked lines over a restart.
    package var whatsAppStateFile: String?
    /// Folder with the phone page's files (`local-runner/Sources/Sandbox/Phone`).
    package var assets: String
    /// Seeds identifiers. `nil` draws one: a database that outlives the sandbox must never meet an identifier twice.
    package var seed: UInt64?
    /// Numbers that exist without being bought, E.164: Twilio's shared WhatsApp sandbox number by default.
    package var sharedNumbers: [String]

    package init(
        port: Int, publicURL: String, deliveryURL: String? = nil, twilioAccountSID: String, twilioAuthToken: String,
        key: String? = nil, clockFile: String? = nil, stateFile: String? = nil, whatsAppPort: Int = 0,
        whatsAppStateFile: String? = nil,
        assets: String, seed: UInt64? = nil,
        sharedNumbers: [String] = ["+14155238886"]
    ) {
        self.port = port
        self.publicURL = publicURL.hasSuffix("/") ? String(publicURL.dropLast()) : publicURL
        self.deliveryURL = deliveryURL
        self.twilioAccountSID = twilioAccountSID
        self.twilioAuthToken = twilioAuthToken
        self.key = key ?? Self.madeKey()
        self.clockFile = clockFile
        self.stateFile = stateFile
        self.whatsAppPort = whatsAppPort
        self.whatsAppStateFile = whatsAppStateFile
        self.assets = assets
        self.seed = seed
        self.sharedNumbers = sharedNumbers
    }

    /// 192 bits.
    private static func madeKey() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        return String((0..<48).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
    }

    /// Of the phone's link.
    /// - Parameter business: where the customer writes to first, E.164.
    package static func phonePath(key: String, business: String? = nil) -> String {
        let number = business.map { "&business=" + $0.replacing("+", with: "%2B") } ?? ""
        return "/sandbox/phone?\(LocalCallers.parameter)=\(key)\(number)"
    }

    /// The field in which a program says the key.
    package static let keyHeader = LocalCallers.header

    /// Provider base URLs that point a function at the sandbox on `port`.
    package static func environment(port: Int) -> [String: String] {
        let base = "http://127.0.0.1:\(port)"
        return [
            "ANTHROPIC_BASE_URL": "\(base)/models/anthropic",
            "DEEPSEEK_BASE_URL": "\(base)/models/deepseek",
            "GEMINI_BASE_URL": "\(base)/models/gemini",
            "GROQ_BASE_URL": "\(base)/models/groq/openai/v1",
            "HUGGINGFACE_BASE_URL": "\(base)/models/huggingface/v1",
            "MISTRAL_BASE_URL": "\(base)/models/mistral/v1",
            "OPENAI_BASE_URL": "\(base)/models/openai/v1",
            "OPENROUTER_BASE_URL": "\(base)/models/openrouter/api/v1",
            "SAMBANOVA_BASE_URL": "\(base)/models/sambanova/v1",
            "TWILIO_API_BASE_URL": base,
            "TWILIO_MESSAGING_BASE_URL": base,
        ]
    }
}
