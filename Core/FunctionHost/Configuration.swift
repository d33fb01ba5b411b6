package import Environment

/// What a process reads from its environment; the variables themselves are declared in `Core/Environment`.
package struct Configuration: Sendable {
    private let environment: [String: String]
    /// Names of the secrets that the function's `function.json` declares; `nil` where the host says nothing about it.
    private let declared: Set<String>?

    package init(environment: [String: String]) {
        self.environment = environment
        declared = Variable.secrets.set(in: environment).map { Set($0.split(separator: ",").map(String.init)) }
    }

    package static let process = Configuration(environment: ProcessVariables.all)

    /// The value or the variable's fallback. Secrets are read with `secret`.
    package subscript(_ variable: Variable) -> String? {
        precondition(!variable.isSecret, "a secret is read with secret(_:)")
        return variable.text(in: environment)
    }

    /// - Throws: `undeclared` when the function's declaration doesn't name it: a secret that is silently missing would look
    ///   like one that nobody has set.
    package func secret(_ variable: Variable) throws(ConfigurationError) -> String? {
        guard declared?.contains(variable.name) ?? true else { throw .undeclared(variable.name) }
        return variable.text(in: environment)
    }

    func required(_ variable: Variable) throws(ConfigurationError) -> String {
        guard let value = variable.isSecret ? try secret(variable) : self[variable] else {
            throw .missing(variable.name)
        }
        return value
    }

    package func isOn(_ variable: Variable) -> Bool {
        variable.isOn(in: environment)
    }

    package func number<Value: LosslessStringConvertible>(
        _ variable: Variable
    ) throws(ConfigurationError) -> Value {
        do throws(VariableError) {
            return try variable.number(in: environment)
        } catch {
            switch error {
            case .missing(let name): throw .missing(name)
            case .malformed(let name): throw .malformed(name)
            }
        }
    }
}

package enum ConfigurationError: Error, Sendable, CustomStringConvertible {
    case missing(String)
    case malformed(String)
    case undeclared(String)

    package var description: String {
        switch self {
        case .missing(let name): "\(name) is not set"
        case .malformed(let name): "\(name) is malformed"
        case .undeclared(let name): "\(name) is read here, but function.json does not declare it under \"secrets\""
        }
    }
}

// MARK: What the variables are

extension Configuration {
    /// libpq URI of the role that this function logs in as.
    package var databaseURL: String { get throws(ConfigurationError) { try required(.databaseURL) } }

    /// Where the files that a function was deployed with are.
    package var taskRoot: String { get throws(ConfigurationError) { try required(.taskRoot) } }

    /// `https://bot.example.com`, no trailing slash. Webhook signatures are computed over it.
    package var publicURL: String {
        get throws(ConfigurationError) {
            let url = try required(.publicURL)
            return url.hasSuffix("/") ? String(url.dropLast()) : url
        }
    }

    package var secretKeys: String { get throws(ConfigurationError) { try required(.secretKeys) } }
    package var sessionSecret: String { get throws(ConfigurationError) { try required(.sessionSecret) } }
    package var cronSecret: String? { get throws(ConfigurationError) { try secret(.cronSecret) } }

    /// The first administrator.
    package var dashboardUsername: String? { self[.dashboardUsername] }
    package var dashboardPassword: String? { get throws(ConfigurationError) { try secret(.dashboardPassword) } }

    /// `open` or `closed`.
    package var signUp: String { self[.signUp] ?? "" }
    /// `open`, `approval` or `closed`.
    package var numberPurchases: String { self[.numberPurchases] ?? "" }
    package var organizationsPerUser: Int { get throws(ConfigurationError) { try number(.organizationsPerUser) } }

    package var isSandbox: Bool { isOn(.sandbox) }
    package var clockFile: String? { self[.clockFile] }
    package var invokeURL: String? { get throws(ConfigurationError) { try secret(.invokeURL) } }

    /// What Outbound may reach although its address is private: `host:port` pairs and every provider base URL, which
    /// the operator chose (the sandbox's simulators).
    package var allowedPrivateHosts: [String] {
        let listed = list(.egressAllow)
        let chosen = Variable.baseURLs.compactMap { $0.set(in: environment) }
        return (listed + chosen + [whatsAppTestServer ?? ""]).filter { !$0.isEmpty }
    }

    /// The same for addresses that organizations choose: `host:port` pairs.
    package var allowedFileHosts: [String] { list(.fileEgressAllow) }

    private func list(_ variable: Variable) -> [String] {
        (self[variable] ?? "").split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
    }

    /// The server that stands in for WhatsApp Web, `ws://host:port/path`; its files are served where its socket is. Only
    /// with the explicit switch.
    package var whatsAppTestServer: String? { isOn(.whatsAppTestServer) ? self[.whatsAppURL] : nil }

    /// Set by local-runner, whose Runtime API takes the next request before it has answered the last.
    var runtimeReadsAhead: Bool { isOn(.readsAhead) }

    package var version: String { self[.version] ?? "" }

    /// Seconds.
    package var debounce: Double { get throws(ConfigurationError) { try number(.debounce) } }
    /// Seconds. Renewed three times as often.
    package var jobLease: Double { get throws(ConfigurationError) { try number(.jobLease) } }
    /// Seconds.
    package var reconcileSeconds: Double { get throws(ConfigurationError) { try number(.reconcile) } }

    package var fault: String? { self[.fault] }

    /// Twilio's account, owned by the platform.
    package var twilioAccountSID: String? { self[.twilioAccountSID] }
    package var twilioAuthToken: String? { get throws(ConfigurationError) { try secret(.twilioAuthToken) } }
    /// What signs webhooks: the primary token, and the secondary one while they are being rotated.
    package var twilioAuthTokens: [String] {
        get throws(ConfigurationError) {
            [try twilioAuthToken, try secret(.twilioSecondaryAuthToken)].compactMap { $0 }
        }
    }
    package var twilioAPIBaseURL: String { self[.twilioAPIBaseURL] ?? "" }
    package var twilioMessagingBaseURL: String { self[.twilioMessagingBaseURL] ?? "" }

    /// The variables of the model providers: `ProviderSettings` reads them one by one.
    package var models: [String: String] {
        get throws(ConfigurationError) {
            for key in Variable.modelKeys { _ = try secret(key) }
            let names = Set(Variable.models.map(\.name))
            return environment.filter { names.contains($0.key) }
        }
    }
}
