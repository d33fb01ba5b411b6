import Environment

/// What the environment says that can't be obeyed is said before anything starts.
struct EnvironmentCheck {
    /// Names that begin like this are meant for us; a misspelt one must not be ignored in silence.
    private static let ours = ["PARLEY_", "TWILIO_", "WHATSAPP_", "DASHBOARD_", "KEEPALIVE_"]

    let refusals: [String]
    let warnings: [String]

    init(_ environment: [String: String]) {
        let retired = RetiredVariable.findings(in: environment)
        refusals =
            retired.refusals + Variable.all.compactMap { $0.problem(in: environment) } + Self.problems(in: environment)
        warnings = retired.warnings + Self.unknown(in: environment).map { "\($0) is not known; see parley environment" }
    }

    func run() throws(StartError) {
        for warning in warnings { say("Warning: \(warning)") }
        guard refusals.isEmpty else { throw StartError(refusals.joined(separator: "\n")) }
    }

    private static func unknown(in environment: [String: String]) -> [String] {
        let known = Set(Variable.all.map(\.name) + RetiredVariable.all.map(\.name))
        return environment.keys.filter { name in
            !known.contains(name) && ours.contains { name.hasPrefix($0) }
        }.sorted()
    }
}
