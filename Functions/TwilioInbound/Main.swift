import API
import Conversation
import Web

@main
struct Main {
    static func main() async {
        await runAPI(
            "twilio-inbound", endpoints,
            keeping: { api in
                try api.keep(TwilioSignature.init)
                try api.keep(Inbox.init)
            })
    }
}
