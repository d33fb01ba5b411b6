/// The variables that functions get beyond the host's own environment.
struct FunctionVariables {
    var environment: [String: String]
    var keys: Keys
    var data: DataDirectory
    var isSandbox: Bool
    var databaseURL: String
    var frontPort: Int
    var controlPort: Int

    /// Only for the runner itself; functions have no business there.
    private static let withheld = ["MIGRATION_DATABASE_URL"]

    /// Ruling C7: the documented default opens the dashboard in the sandbox and nowhere else.
    static let sandboxPassword = "admin123"

    var publicURL: String {
        environment["PUBLIC_URL"].flatMap { $0.isEmpty ? nil : $0 } ?? "http://127.0.0.1:\(frontPort)"
    }

    /// The account that the sandbox plays and the functions use: the configured one, or one of this installation's own.
    mutating func playTwilio() -> (sid: String, token: String) {
        func value(_ name: String, _ fallback: String) -> String {
            environment[name].flatMap { $0.isEmpty ? nil : $0 } ?? fallback
        }
        let sid = value("TWILIO_ACCOUNT_SID", "AC" + (keys[Keys.sandboxAccount] ?? "").prefix(32))
        let token = value("TWILIO_AUTH_TOKEN", String((keys[Keys.sandboxToken] ?? "").prefix(32)))
        environment["TWILIO_ACCOUNT_SID"] = sid
        environment["TWILIO_AUTH_TOKEN"] = token
        return (sid, token)
    }

    /// What the environment sets wins over what is generated.
    func values() throws(StartError) -> [String: String] {
        var values = environment
        for name in Self.withheld { values[name] = nil }
        values["DATABASE_URL"] = databaseURL
        values["PARLEY_INVOKE_URL"] = "http://127.0.0.1:\(controlPort)"
        var defaults = ["PUBLIC_URL": publicURL, "DASHBOARD_USERNAME": "admin"]
        for name in ["SESSION_SECRET", "CRON_SECRET", "PARLEY_SECRET_KEYS"] { defaults[name] = keys[name] }
        if isSandbox {
            values["PARLEY_SANDBOX"] = "1"
            values["PARLEY_CLOCK_FILE"] = data.clockFile
            defaults["DASHBOARD_PASSWORD"] = Self.sandboxPassword
        } else {
            values["PARLEY_SANDBOX"] = nil
            values["PARLEY_CLOCK_FILE"] = nil
        }
        for (name, value) in defaults where (values[name] ?? "").isEmpty { values[name] = value }
        try checkPassword(values["DASHBOARD_PASSWORD"])
        return values
    }

    private func checkPassword(_ password: String?) throws(StartError) {
        guard !isSandbox, (password ?? "").isEmpty || password == Self.sandboxPassword else { return }
        throw StartError("DASHBOARD_PASSWORD must be set to something of your own outside the sandbox")
    }
}

struct StartError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
