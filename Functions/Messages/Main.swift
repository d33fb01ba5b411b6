import Access
import Conversation
import FunctionHost
import Store

@main
struct Main {
    static func main() async {
        await runFunction("messages") { environment in
            let (database, clock) = (environment.database, environment.clock)
            let (secret, publicURL) = (
                try environment.configuration.sessionSecret, try environment.configuration.publicURL
            )
            let authenticator = try Authenticator(
                database: database, secret: secret, publicURL: publicURL, clock: clock)
            let states = SignedState(secret: try Secret(secret), clock: clock, randomness: environment.randomness)
            let handler = MessagesHandler(
                inbox: InboxReads(database: database),
                desk: Desk(database: database, clock: clock, ids: environment.ids),
                uploads: UploadStore(database: database), links: UploadLinks(states: states, publicURL: publicURL),
                writes: IdempotentWrites(database: database, clock: clock, ids: environment.ids), clock: clock,
                wakeRunner: { await environment.invoke.wake("run-jobs") })
            return Function(router: handler.router(authenticator))
        }
    }
}
