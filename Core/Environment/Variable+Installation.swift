/// Where the installation is, what it keeps its data in, who gets in.
extension Variable {
    package static let databaseURL = Variable(
        "DATABASE_URL", "libpq URI of the database, as the role parley_app: postgresql://parley_app:...@host/parley",
        otherwise: "a private cluster under --data", isSecret: true, readers: [.runner, .functions, .persistent])
    package static let migrationDatabaseURL = Variable(
        "MIGRATION_DATABASE_URL", "the same database as a role that may create roles and schemas",
        otherwise: "somebody else migrates", isSecret: true, readers: [.runner])
    package static let appPassword = Variable(
        "PARLEY_APP_PASSWORD",
        "the password that `parley migrate` gives to parley_app, and makes the other roles' of", isSecret: true,
        readers: [.runner])
    /// Of the roles that programs log in with, for those who keep the password of each apart (RDS Proxy).
    package static let rolePasswords = [
        "api", "auth", "health", "housekeeping", "inbound", "jobs", "keys", "lines", "runner",
    ].map { role in
        Variable(
            "PARLEY_\(role.uppercased())_PASSWORD", "the password that `parley migrate` gives to parley_\(role)",
            otherwise: "made of PARLEY_APP_PASSWORD", isSecret: true, readers: [.runner])
    }
    package static let publicURL = Variable(
        "PUBLIC_URL",
        "where the world reaches this installation, https://bot.example.com; webhook signatures are computed "
            + "over it, and cookies are Secure when it begins with https",
        otherwise: "http://127.0.0.1:<port>", readers: [.runner, .functions, .persistent])
    package static let port = Variable(
        "PORT", as: .whole(0...65_535),
        "port for HTTP when --port is not given; persistent processes get one of their own",
        otherwise: "8080", readers: [.runner, .persistent])
    package static let listenAddress = Variable(
        "LISTEN_ADDRESS", "where a persistent process listens that no `parley up` stands before: 0.0.0.0",
        fallback: "127.0.0.1", readers: [.persistent])
    package static let trustedProxies = Variable(
        "TRUSTED_PROXIES", "addresses and CIDR blocks of proxies that may say for whom they speak, with commas",
        otherwise: "nobody is believed", readers: [.runner, .functions])
    package static let corsOrigins = Variable(
        "CORS_ORIGINS", "origins that may call the API from a browser, with commas; * for any, without credentials",
        otherwise: "none", readers: [.runner])
    package static let keepAliveURL = Variable(
        "KEEPALIVE_URL", "an address that is asked for now and then, for hosts that put quiet programs to sleep",
        otherwise: "none", readers: [.runner])
    package static let keepAliveMinutes = Variable(
        "KEEPALIVE_INTERVAL_MINUTES", as: .number(0.1...1440), "minutes between two requests to KEEPALIVE_URL",
        fallback: "14",
        readers: [.runner])

    package static let dashboardUsername = Variable(
        "DASHBOARD_USERNAME", "name of the operator, the first administrator", fallback: "admin",
        readers: [.runner, .functions])
    package static let dashboardPassword = Variable(
        "DASHBOARD_PASSWORD", "the operator's password", otherwise: "admin123 in the sandbox; elsewhere it must be set",
        isSecret: true, readers: [.runner, .functions])
    package static let signUp = Variable(
        "SIGN_UP", as: .word(["open", "closed"]), "who may make an account: open, everybody; closed, nobody",
        fallback: "open")
    package static let numberPurchases = Variable(
        "NUMBER_PURCHASES", as: .word(["open", "approval", "closed"]),
        "whether organizations buy numbers within their plan: open, at once; approval, when the operator has approved it; "
            + "closed, not at all", fallback: "approval")
    package static let organizationsPerUser = Variable(
        "ORGANIZATIONS_PER_USER", as: .whole(1...1000),
        "most organizations that a user owns, the personal one included",
        fallback: "5")
    package static let sessionSecret = Variable(
        "SESSION_SECRET", "signs logins and everything that comes back from a provider",
        otherwise: "made on the first start",
        isSecret: true, readers: [.functions, .persistent])
    package static let secretKeys = Variable(
        "PARLEY_SECRET_KEYS", "keys for secrets at rest, current one first: 2026b:<32 bytes in base64>,2026a:<...>",
        otherwise: "made on the first start", isSecret: true, readers: [.runner, .functions, .persistent])
    package static let cronSecret = Variable(
        "CRON_SECRET", "expected in the header x-cron-secret of GET /api/cron/*", otherwise: "made on the first start",
        isSecret: true)

    static let installation =
        [databaseURL, migrationDatabaseURL, appPassword] + rolePasswords + [
            publicURL, port, listenAddress, trustedProxies, corsOrigins, keepAliveURL, keepAliveMinutes,
            dashboardUsername, dashboardPassword, signUp, organizationsPerUser, numberPurchases, sessionSecret,
            secretKeys, cronSecret,
        ]
}
