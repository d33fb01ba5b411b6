import Access
import Domain
import Environment
import FunctionHost
import Providers
import Store

@main
struct Main {
    static func main() async {
        await runFunction("media") { environment in
            let configuration = environment.configuration
            let authenticator = try Authenticator(
                database: environment.database, secret: try configuration.sessionSecret,
                publicURL: try configuration.publicURL, clock: environment.clock)
            let handler = MediaHandler(
                inbox: InboxReads(database: environment.database), twilio: try twilio(environment),
                whatsApp: WhatsAppFiles(
                    http: environment.http, hosts: try MediaHosts(testServer: configuration.whatsAppTestServer)),
                box: try configuration.secret(.secretKeys).map { try SecretBox(keys: $0) })
            return Function(router: handler.router(authenticator))
        }
    }

    /// `nil` when no account of Twilio's is configured.
    private static func twilio(
        _ environment: FunctionEnvironment
    ) throws(ConfigurationError) -> (@Sendable (MediaReference) async throws(TwilioMediaError) -> TwilioFile)? {
        let configuration = environment.configuration
        guard let account = configuration.twilioAccountSID, let token = try configuration.twilioAuthToken else {
            return nil
        }
        let media = TwilioMedia(
            http: environment.http, accountSID: account, authToken: token, apiBaseURL: configuration.twilioAPIBaseURL)
        return { file async throws(TwilioMediaError) in try await media.download(file) }
    }
}
