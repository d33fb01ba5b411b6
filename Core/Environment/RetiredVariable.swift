import Domain

/// A variable that earlier programs for the same purpose read and this one does not. Ignoring it in silence would leave its
/// owner with an installation that does something else than it was told.
package struct RetiredVariable: Sendable {
    package let name: String
    /// What to set instead.
    let successor: Variable?
    let sentence: String
    /// Hosts and images set it by themselves, or nothing takes its place yet: its owner is told, and all goes on.
    let isHarmless: Bool

    private init(_ name: String, successor: Variable? = nil, isHarmless: Bool = false, _ sentence: String) {
        self.name = name
        self.successor = successor
        self.sentence = sentence
        self.isHarmless = isHarmless
    }

    package static let all: [RetiredVariable] =
        ["MONGODB_URI", "MONGO_URI", "MONGO_URL"].map {
            RetiredVariable($0, successor: .databaseURL, "data is kept in Postgres: set DATABASE_URL")
        } + [
            RetiredVariable("SUPABASE_URL", successor: .databaseURL, "set DATABASE_URL to the database's libpq URI"),
            RetiredVariable(
                "SUPABASE_SERVICE_ROLE_KEY", successor: .databaseURL,
                "set DATABASE_URL, which holds the role parley_app and its password"),
            RetiredVariable("NEXT_PUBLIC_APP_URL", successor: .publicURL, "set PUBLIC_URL"),
            RetiredVariable(
                "SESSION_COOKIE_SECURE", successor: .publicURL,
                "set PUBLIC_URL: cookies are Secure when it begins with https"),
            RetiredVariable("JWT_SECRET", successor: .sessionSecret, "set SESSION_SECRET"),
            RetiredVariable("GROQ_KEY", successor: .apiKey(of: .groq), "set GROQ_API_KEY"),
            RetiredVariable(
                "TWILIO_PHONE_NUMBER",
                "numbers belong to organizations: POST /api/organizations/{id}/provision-number takes its place"),
        ]
        + ["FB_APP_ID", "FB_APP_SECRET", "FB_WEBHOOK_VERIFY_TOKEN"].map {
            RetiredVariable($0, isHarmless: true, "Messenger is not connected in this version")
        } + [
            RetiredVariable("NODE_ENV", isHarmless: true, "parley up --sandbox or --no-sandbox takes its place"),
            RetiredVariable(
                "PUPPETEER_EXECUTABLE_PATH", isHarmless: true, "no browser is needed: lines speak WhatsApp's protocol"),
        ]

    package struct Findings: Sendable, Equatable {
        /// Sentences that end the start.
        package var refusals: [String] = []
        package var warnings: [String] = []
    }

    /// What to say about an environment. Whoever set the successor too is only reminded.
    package static func findings(in environment: [String: String]) -> Findings {
        var findings = Findings()
        for retired in all where !(environment[retired.name] ?? "").isEmpty {
            let isAnswered = retired.isHarmless || retired.successor?.set(in: environment) != nil
            let sentence = "\(retired.name) is not read: \(retired.sentence)"
            if isAnswered { findings.warnings.append(sentence) } else { findings.refusals.append(sentence) }
        }
        return findings
    }
}
