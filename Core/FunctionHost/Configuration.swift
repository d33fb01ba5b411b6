import FoundationEssentials

/// Every environment variable a function reads, and the only place that reads them. `local-runner/up` and `infra/` set them.
package struct Configuration: Sendable {
    private let environment: [String: String]

    package init(environment: [String: String]) {
        self.environment = environment
    }

    package static let process = Configuration(environment: ProcessInfo.processInfo.environment)

    /// An unset and an empty variable are the same thing.
    package subscript(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// All of them, for the rooms that name their variables by data (`OPENAI_API_KEY`, `GROQ_MODEL` ...).
    package var variables: [String: String] { environment }

    package func required(_ name: String) throws(ConfigurationError) -> String {
        guard let value = self[name] else { throw .missing(name) }
        return value
    }

    func number<Value: LosslessStringConvertible>(_ name: String, default value: Value) throws(ConfigurationError)
        -> Value
    {
        guard let text = self[name] else { return value }
        guard let number = Value(text) else { throw .malformed(name) }
        return number
    }
}

package enum ConfigurationError: Error, Sendable, CustomStringConvertible {
    case missing(String)
    case malformed(String)

    package var description: String {
        switch self {
        case .missing(let name): "\(name) is not set"
        case .malformed(let name): "\(name) is malformed"
        }
    }
}

// MARK: What the variables are

extension Configuration {
    /// libpq URI of the application role `parley_app`.
    package var databaseURL: String { get throws(ConfigurationError) { try required("DATABASE_URL") } }

    /// Where the world reaches this installation: `https://bot.example.com`, no trailing slash. Webhook signatures are
    /// computed over it.
    package var publicURL: String {
        get throws(ConfigurationError) {
            let url = try required("PUBLIC_URL")
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        }
    }

    /// Keys for secrets at rest, current one first: `2026a:base64,2025b:base64` (32 bytes each).
    package var secretKeys: String { get throws(ConfigurationError) { try required("PARLEY_SECRET_KEYS") } }

    /// Signs bearer tokens and the `state` of everything that comes back from a provider.
    package var sessionSecret: String { get throws(ConfigurationError) { try required("SESSION_SECRET") } }

    /// Expected in the `x-cron-secret` header of `GET /api/cron/*`.
    package var cronSecret: String? { self["CRON_SECRET"] }

    /// The first administrator (ruling C7). Unset means `admin` and `admin123`, which only the sandbox accepts.
    package var dashboardUsername: String? { self["DASHBOARD_USERNAME"] }
    package var dashboardPassword: String? { self["DASHBOARD_PASSWORD"] }

    package var isSandbox: Bool { self["PARLEY_SANDBOX"] == "1" }

    /// A file that holds the sandbox clock's offset in seconds; unset outside the sandbox.
    package var clockFile: String? { self["PARLEY_CLOCK_FILE"] }

    /// Invoke API that wakes RunJobs: `http://127.0.0.1:9001` under the runner; unset on Lambda, where the region's is used.
    package var invokeURL: String? { self["PARLEY_INVOKE_URL"] }

    /// What Outbound may reach although its address is private: `host:port` pairs and every provider base URL, which
    /// the operator chose (the sandbox's simulators).
    package var allowedPrivateHosts: [String] {
        let listed = (self["EGRESS_ALLOW"] ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        let bases = environment.filter { $0.key.hasSuffix("_BASE_URL") }.map(\.value)
        return (listed + bases.sorted() + [whatsAppTestServer ?? ""]).filter { !$0.isEmpty }
    }

    /// The server that stands in for WhatsApp Web, `ws://host:port/path`; its files are served where its socket is. Only
    /// with the explicit switch.
    package var whatsAppTestServer: String? {
        self["WHATSAPP_WEB_TEST_SERVER"] == "1" ? self["WHATSAPP_WEB_URL"] : nil
    }

    /// Set by local-runner, whose Runtime API takes the next request before it has answered the last.
    var runtimeReadsAhead: Bool { self["PARLEY_RUNTIME_READS_AHEAD"] == "1" }

    /// What is running, for `GET /health` and logs; set by the build or the deployment.
    package var version: String { self["PARLEY_VERSION"] ?? "development" }

    /// Quiet time after a customer's last message before a turn is answered, seconds.
    package var debounce: Double { get throws(ConfigurationError) { try number("DEBOUNCE_SECONDS", default: 2.0) } }

    /// Seconds until the job of a process that fell silent is given to another. Renewed three times as often.
    package var jobLease: Double { get throws(ConfigurationError) { try number("JOB_LEASE_SECONDS", default: 15.0) } }

    /// Seconds for which the provider is asked about a message whose sending was interrupted.
    package var reconcileSeconds: Double {
        get throws(ConfigurationError) { try number("RECONCILE_SECONDS", default: 30.0) }
    }

    /// Sandbox and tests only: the commit point at which this process kills itself, `outbox.sent=kill`.
    package var fault: String? { self["PARLEY_FAULT"] }

    /// Twilio's account, owned by the platform.
    package var twilioAccountSID: String? { self["TWILIO_ACCOUNT_SID"] }
    package var twilioAuthToken: String? { self["TWILIO_AUTH_TOKEN"] }
    package var twilioSecondaryAuthToken: String? { self["TWILIO_AUTH_TOKEN_SECONDARY"] }
    /// What signs webhooks: the primary token, and the secondary one while they are being rotated.
    package var twilioAuthTokens: [String] { [twilioAuthToken, twilioSecondaryAuthToken].compactMap { $0 } }
    package var twilioAPIBaseURL: String { self["TWILIO_API_BASE_URL"] ?? "https://api.twilio.com" }
    package var twilioMessagingBaseURL: String { self["TWILIO_MESSAGING_BASE_URL"] ?? "https://messaging.twilio.com" }
}
