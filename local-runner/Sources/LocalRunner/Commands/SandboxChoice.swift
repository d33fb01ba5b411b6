import Environment

/// Whether `parley up` simulates the providers. In the sandbox everybody who reaches it reads its phones, moves its clock and logs in
/// with a password that everybody knows: it is for this machine, and no variable that was left empty opens it (CWE-1188).
struct SandboxChoice {
    /// `--sandbox` or `--no-sandbox`.
    let word: Bool?
    let environment: [String: String]
    /// What HTTP is listened on.
    let address: String

    /// Whoever sets one of these is about to run something real, also when it is still empty.
    private static let meant: [Variable] = [
        .twilioAccountSID, .twilioAuthToken, .databaseURL, .migrationDatabaseURL, .publicURL, .dashboardPassword,
        .trustedProxies,
    ]

    func isSandbox() throws(StartError) -> Bool {
        if word == false { return false }
        if word == nil, Variable.twilioAccountSID.set(in: environment) != nil { return false }
        if word == nil, let named = Self.meant.first(where: { environment[$0.name] != nil }) {
            let isEmpty = named.set(in: environment) == nil
            throw StartError(
                "\(named.name) is \(isEmpty ? "there but empty" : "set"), but no TWILIO_ACCOUNT_SID: set it, or say"
                    + " --no-sandbox (lines over WhatsApp Web only) or --sandbox (everything is simulated, for this"
                    + " machine only)")
        }
        guard WebAddress.isOfThisMachine(address) else {
            throw StartError(
                "the sandbox is for this machine only: it can't listen on \(address). Set TWILIO_ACCOUNT_SID and"
                    + " TWILIO_AUTH_TOKEN, or say --no-sandbox")
        }
        if let url = Variable.publicURL.set(in: environment), WebAddress(url)?.isOfThisMachine != true {
            throw StartError(
                "the sandbox is for this machine only: PUBLIC_URL must be an address of this machine, or not be set")
        }
        return true
    }
}
