import Conversation
import FunctionHost
import Web

@main
struct Main {
    static func main() async {
        await runFunction("twilio-status") { environment in
            let configuration = environment.configuration
            let reports = StatusReports(
                database: environment.database, clock: environment.clock,
                faults: .configured(configuration.fault, isSandbox: configuration.isSandbox))
            let handler = TwilioStatusHandler(
                signature: TwilioSignature(authTokens: try configuration.twilioAuthTokens),
                publicURL: try configuration.publicURL, report: reports.receive,
                note: { about, sid in environment.note(about, ["sid": sid]) })
            var router = Router()
            router.on("POST /api/hooks/twilio/status", handler.handle)
            return Function(router: router)
        }
    }
}
