import Cryptography
import FoundationEssentials

/// The roles that programs log in with. Those that work on the data of organizations may do what `parley_app` may: read and
/// write what belongs to the one organization that its transaction names. Secrets, and who may sign in, are kept apart
/// (`DatabaseRole+Tables`). Of the functions that look across organizations each role may call its own and no others.
package enum DatabaseRole: String, Sendable, CaseIterable {
    case app = "parley_app"
    /// Endpoints that take a session.
    case api = "parley_api"
    /// Sign-up, login, logout.
    case auth = "parley_auth"
    /// Asks for a sign of life; has no data at all.
    case health = "parley_health"
    /// Closes usage periods and prunes.
    case housekeeping = "parley_housekeeping"
    /// Webhooks of providers: messages and reports about sent ones.
    case inbound = "parley_inbound"
    case jobs = "parley_jobs"
    /// The operator's `parley keys rotate`: seals stored secrets anew.
    case keys = "parley_keys"
    /// Holds lines over WhatsApp Web.
    case lines = "parley_lines"
    /// The host itself: its event queue and schedules.
    case runner = "parley_runner"

    /// What it logs in with where `parley_app` logs in with `appPassword`. No role can work out another's from its own: who
    /// controls one function's process becomes no other.
    package func password(from appPassword: String) -> String {
        guard self != .app else { return appPassword }
        return HMAC.code(for: rawValue.utf8, key: SecretKey(appPassword.utf8)).hex
    }

    /// Whether it may work on the data of organizations.
    var worksOnTenants: Bool {
        switch self {
        case .api, .auth, .inbound, .jobs, .keys, .lines: true
        case .app, .health, .housekeeping, .runner: false
        }
    }

    /// Of its sessions, beside those that all have. Roles on the road of a message ask the same few statements again and again,
    /// of tables divided by month: planning each anew costs more than running it, and the general plan leaves out months too.
    var settings: [String] {
        switch self {
        case .inbound, .jobs, .lines: ["plan_cache_mode=force_generic_plan"]
        case .app, .api, .auth, .health, .housekeeping, .keys, .runner: []
        }
    }

    /// A function that `parley_app` may not call, and who may.
    struct Capability: Sendable {
        let name: String
        let roles: [DatabaseRole]
    }

    static let functions = [
        Capability(name: "find_login", roles: [.auth]),
        Capability(name: "take_login_attempt", roles: [.auth]),
        Capability(name: "note_login", roles: [.auth]),
        Capability(name: "ensure_operator", roles: [.auth]),
        Capability(name: "open_session", roles: [.auth, .api]),
        Capability(name: "find_channel", roles: [.inbound, .lines]),
        Capability(name: "was_released", roles: [.jobs]),
        Capability(name: "claim_job", roles: [.jobs, .lines]),
        Capability(name: "next_job_due", roles: [.jobs, .lines]),
        Capability(name: "job_counts", roles: [.jobs]),
        Capability(name: "call_runner", roles: [.api, .inbound, .jobs, .lines]),
        Capability(name: "announce_runner", roles: [.jobs]),
        Capability(name: "withdraw_runner", roles: [.jobs]),
        Capability(name: "platform_credentials", roles: [.jobs]),
        Capability(name: "claim_lines", roles: [.lines]),
        Capability(name: "renew_lines", roles: [.lines]),
        Capability(name: "release_lines", roles: [.lines]),
        Capability(name: "close_usage_periods", roles: [.housekeeping]),
        Capability(name: "prune", roles: [.housekeeping]),
        Capability(name: "prune_history", roles: [.housekeeping]),
        Capability(name: "prune_turn_recordings", roles: [.housekeeping]),
        Capability(name: "drop_old_partition", roles: [.housekeeping]),
        Capability(name: "ensure_partitions", roles: [.housekeeping]),
        Capability(name: "fold_message_counts", roles: [.housekeeping]),
        Capability(name: "take_rate", roles: [.api, .auth]),
        Capability(name: "waiting_purchases", roles: [.api]),
        Capability(name: "waiting_purchase", roles: [.api]),
        Capability(name: "unsettled_purchases", roles: [.api]),
    ]
}
