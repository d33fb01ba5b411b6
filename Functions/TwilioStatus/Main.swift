import API
import Conversation

@main
struct Main {
    static func main() async {
        await runTwilioHook("twilio-status", endpoints, keeping: StatusReports.init)
    }
}
