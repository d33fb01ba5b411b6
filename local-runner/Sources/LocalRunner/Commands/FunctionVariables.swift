import Access
import Environment

/// The variables that functions get beyond the host's own environment.
struct FunctionVariables {
    var environment: [String: String]
    var keys: Keys
    var data: DataDirectory
    var isSandbox: Bool
    var databaseURL: String
    var frontPort: Int
    var controlPort: Int

    var publicURL: String {
        Variable.publicURL.set(in: environment) ?? "http://127.0.0.1:\(frontPort)"
    }

    /// The account that the sandbox plays and the functions use: the configured one, or one of this installation's own.
    mutating func playTwilio() -> (sid: String, token: String) {
        let sid =
            Variable.twilioAccountSID.set(in: environment)
            ?? "AC" + (keys[Keys.sandboxAccount] ?? "").prefix(32)
        let token =
            Variable.twilioAuthToken.set(in: environment) ?? String((keys[Keys.sandboxToken] ?? "").prefix(32))
        environment[Variable.twilioAccountSID.name] = sid
        environment[Variable.twilioAuthToken.name] = token
        return (sid, token)
    }

    /// What the environment sets wins over what is generated.
    func values() -> [String: String] {
        var values = environment
        for variable in Variable.all where variable.readers == [.runner] { values[variable.name] = nil }
        // The front stands before every process of this host.
        set(.listenAddress, nil, in: &values)
        set(.databaseURL, databaseURL, in: &values)
        set(.invokeURL, "http://127.0.0.1:\(controlPort)/\(keys[Keys.control] ?? "")", in: &values)
        set(.sandbox, isSandbox ? "1" : nil, in: &values)
        set(.clockFile, isSandbox ? data.clockFile : nil, in: &values)
        offer(.publicURL, publicURL, in: &values)
        // In a container the only folder that is no memory.
        offer(.filesFolder, data.run, in: &values)
        offer(.dashboardUsername, Variable.dashboardUsername.fallback, in: &values)
        for secret in [Variable.sessionSecret, .cronSecret, .secretKeys] {
            offer(secret, keys[secret.name], in: &values)
        }
        // The documented default opens the dashboard in the sandbox and nowhere else.
        if isSandbox {
            offer(.dashboardPassword, FirstAdmin.defaultPassword, in: &values)
            // The money is simulated too.
            offer(.numberPurchases, "open", in: &values)
        }
        return values
    }

    private func set(_ variable: Variable, _ value: String?, in values: inout [String: String]) {
        values[variable.name] = value
    }

    private func offer(_ variable: Variable, _ value: String?, in values: inout [String: String]) {
        if variable.set(in: values) == nil { values[variable.name] = value }
    }
}

struct StartError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
