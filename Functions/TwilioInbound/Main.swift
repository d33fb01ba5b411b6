import API
import Conversation

@main
struct Main {
    static func main() async {
        await runTwilioHook("twilio-inbound", endpoints, keeping: Inbox.init)
    }
}
