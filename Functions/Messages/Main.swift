import Access
import Conversation
import FunctionHost
import Store

@main
struct Main {
    static func main() async {
        await runFunction("messages") { environment in
            let database = environment.database
            let authenticator = try Authenticator(
                database: database, secret: try environment.configuration.sessionSecret,
                publicURL: try environment.configuration.publicURL, clock: environment.clock)
            let handler = MessagesHandler(
                inbox: InboxReads(database: database),
                desk: Desk(database: database, clock: environment.clock, ids: environment.ids),
                writes: IdempotentWrites(database: database, clock: environment.clock, ids: environment.ids),
                wakeRunner: { await environment.invoke.wake("run-jobs") })
            return Function(router: handler.router(authenticator))
        }
    }
}
