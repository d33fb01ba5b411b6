import Conversation
import Domain
import FunctionHost
import Web

@main
struct Main {
    static func main() async {
        await runFunction("twilio-inbound") { environment in
            let configuration = environment.configuration
            let inbox = Inbox(
                database: environment.database, clock: environment.clock, ids: environment.ids,
                debounce: Debounce(quiet: try configuration.debounce),
                faults: .configured(configuration.fault, isSandbox: configuration.isSandbox))
            let handler = TwilioInboundHandler(
                signature: TwilioSignature(authTokens: try configuration.twilioAuthTokens),
                publicURL: try configuration.publicURL, receive: inbox.receive,
                wakeRunner: { await environment.invoke.wake("run-jobs") })
            var router = Router()
            router.on("POST /api/whatsapp/webhook", handler.handle)
            router.on("POST /api/hooks/twilio", handler.handle)
            return Function(router: router)
        }
    }
}
