import Access
import Conversation
import FunctionHost
import Providers
import Store

@main
struct Main {
    static func main() async {
        await runFunction("numbers") { environment in
            let (database, configuration) = (environment.database, environment.configuration)
            let authenticator = try Authenticator(
                database: database, secret: try configuration.sessionSecret, publicURL: try configuration.publicURL,
                clock: environment.clock)
            let twilio = TwilioClient.account(
                http: environment.http, sid: configuration.twilioAccountSID, token: try configuration.twilioAuthToken,
                apiBaseURL: configuration.twilioAPIBaseURL, messagingBaseURL: configuration.twilioMessagingBaseURL)
            let handler = NumbersHandler(
                numbers: NumberStore(database: database), twilio: twilio?.numbers,
                provisioning: .live(
                    database: database, twilio: twilio, publicURL: try configuration.publicURL,
                    clock: environment.clock, ids: environment.ids),
                writes: IdempotentWrites(database: database, clock: environment.clock, ids: environment.ids))
            return Function(router: handler.router(authenticator))
        }
    }
}
