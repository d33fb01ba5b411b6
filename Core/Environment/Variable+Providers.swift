package import Domain

/// Whom Parley speaks to: Twilio, model providers, WhatsApp Web.
extension Variable {
    package static let twilioAccountSID = Variable(
        "TWILIO_ACCOUNT_SID", "the platform's account at Twilio", otherwise: "a sandbox that simulates it",
        readers: [.runner, .functions])
    package static let twilioAuthToken = Variable(
        "TWILIO_AUTH_TOKEN", "its primary token: calls Twilio and checks its signatures", isSecret: true,
        readers: [.runner, .functions])
    package static let twilioSecondaryAuthToken = Variable(
        "TWILIO_AUTH_TOKEN_SECONDARY", "its secondary token, while tokens are being rotated", isSecret: true)
    package static let twilioAPIBaseURL = Variable(
        "TWILIO_API_BASE_URL", "where Twilio's API is", fallback: "https://api.twilio.com")
    package static let twilioMessagingBaseURL = Variable(
        "TWILIO_MESSAGING_BASE_URL", "where Twilio's Messaging API is", fallback: "https://messaging.twilio.com")

    static let twilio = [
        twilioAccountSID, twilioAuthToken, twilioSecondaryAuthToken, twilioAPIBaseURL, twilioMessagingBaseURL,
    ]

    package static let modelProviders = Variable(
        "MODEL_PROVIDERS", "order in which model providers are asked for personas that choose none, with commas",
        otherwise: "the order of this list")

    /// The platform's key, for organizations that have none of their own.
    package static func apiKey(of provider: ModelProviderName) -> Variable {
        Variable(
            "\(provider.rawValue.uppercased())_API_KEY", "the platform's key for \(provider.displayName)",
            otherwise: "only organizations with a key of their own", isSecret: true, readers: [.runner, .functions])
    }

    /// Without a slash at the end; with the version where the provider's clients expect it there.
    package static func baseURL(of provider: ModelProviderName) -> Variable {
        Variable(
            "\(provider.rawValue.uppercased())_BASE_URL", "where \(provider.displayName) is reached",
            otherwise: "its published address")
    }

    package static func model(of provider: ModelProviderName) -> Variable {
        Variable(
            "\(provider.rawValue.uppercased())_MODEL", "model of \(provider.displayName) for personas that choose none",
            otherwise: "a small chat model")
    }

    package static let modelKeys = ModelProviderName.online.map(apiKey)
    package static let models =
        [modelProviders] + ModelProviderName.online.flatMap { [apiKey(of: $0), baseURL(of: $0), model(of: $0)] }

    /// Of every provider: operators choose them, so requests to them may stay within the house.
    package static let baseURLs = [twilioAPIBaseURL, twilioMessagingBaseURL] + ModelProviderName.online.map(baseURL)

    package static let whatsAppVersion = Variable(
        "WHATSAPP_WEB_VERSION", "version of WhatsApp Web that lines report, 2.3000.1047769893",
        otherwise: "the one this release was tested with", readers: [.persistent])
    package static let whatsAppLines = Variable(
        "WHATSAPP_LINES", as: .whole(1...100_000), "most lines that one session worker holds", fallback: "1000",
        readers: [.persistent])
    package static let whatsAppLease = Variable(
        "WHATSAPP_LEASE_SECONDS", as: .number(0.1...3600), "seconds until a silent worker's lines are taken over",
        fallback: "10",
        readers: [.persistent])

    package static let heartbeatFile = Variable(
        "HEARTBEAT_FILE", "file that the session worker writes whenever it has looked after its leases; old: it hangs",
        otherwise: "none", readers: [.persistent])

    package static let filesFolder = Variable(
        "FILES_FOLDER",
        "folder on a disk, for files that pass through the session worker; none of them has a name there",
        otherwise: "run/ under --data; else /var/tmp or /tmp, and fewer files at once where those are memory",
        readers: [.persistent])

    static let whatsApp = [whatsAppVersion, whatsAppLines, whatsAppLease, heartbeatFile, filesFolder]
}
