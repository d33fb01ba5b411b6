import Access
import Conversation
import FunctionHost
import Providers
import Store

@main
struct Main {
    static func main() async {
        await runFunction("organizations") { environment in
            let (database, configuration) = (environment.database, environment.configuration)
            let authenticator = try Authenticator(
                database: database, secret: try configuration.sessionSecret, publicURL: try configuration.publicURL,
                clock: environment.clock)
            let twilio = TwilioClient.account(
                http: environment.http, sid: configuration.twilioAccountSID, token: configuration.twilioAuthToken,
                apiBaseURL: configuration.twilioAPIBaseURL, messagingBaseURL: configuration.twilioMessagingBaseURL)
            let handler = OrganizationsHandler(
                organizations: OrganizationStore(database: database), numbers: NumberStore(database: database),
                provisioning: .live(
                    database: database, twilio: twilio, publicURL: try configuration.publicURL,
                    clock: environment.clock, ids: environment.ids),
                writes: IdempotentWrites(database: database, clock: environment.clock, ids: environment.ids),
                clock: environment.clock)
            return Function(router: handler.router(authenticator))
        }
    }
}
