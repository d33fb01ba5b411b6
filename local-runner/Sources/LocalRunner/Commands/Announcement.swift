import Glibc
import Sandbox

/// What a person needs once everything runs: a short block that stays at the end of the terminal.
struct Announcement {
    var url: String
    var publicURL: String
    var controlPort: Int
    var isSandbox: Bool
    /// Opens the phone.
    var sandboxKey: String
    /// How the operator logs in; the password only when it is the documented one of the sandbox.
    var operatorName: String
    var operatorPassword: String?
    var demo: Demo.Outcome?
    var logs: String
    /// Shows the logs as they grow, from any folder.
    var logCommand: String

    var text: String {
        let width = rows.map(\.label.count).max() ?? 0
        let lines = rows.map { label, value in
            "  \(label)\(String(repeating: " ", count: width - label.count))  \(value)"
        }
        let title = isSandbox ? "Parley runs in its sandbox: providers and phones are simulated." : "Parley runs."
        return (["", "  \(title)", ""] + lines + ["", "  Ctrl-C stops everything.", ""]).joined(separator: "\n")
    }

    private var rows: [(label: String, value: String)] {
        let elsewhere = publicURL == url ? [] : [("Public URL", publicURL)]
        return [("Address", url)] + elsewhere + sandboxRows + demoRows + [
            ("Operator", operatorName + (operatorPassword.map { " with \($0)" } ?? " with DASHBOARD_PASSWORD")),
            ("Invoke API", "http://127.0.0.1:\(controlPort)"),
            ("Logs", logs),
            ("", logCommand),
        ]
    }

    private var sandboxRows: [(label: String, value: String)] {
        guard isSandbox else { return [] }
        let number: String? = if case .ready(let demo) = demo { demo.number } else { nil }
        return [("Phone", url + SandboxConfiguration.phonePath(key: sandboxKey, business: number))]
    }

    private var demoRows: [(label: String, value: String)] {
        switch demo {
        case .ready(let demo):
            [("Business", "\(demo.business) at \(demo.number)"), ("Log in", "\(demo.email) with \(demo.password)")]
        case .failed(let reason):
            [("Demo", "is not set up: \(reason)"), ("", "Everything else works; the next start tries again.")]
        case nil: []
        }
    }
}
