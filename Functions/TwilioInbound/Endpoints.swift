import API
import Conversation
import Domain
import Providers
import Store
import Web

/// Takes customers' messages from Twilio.
let endpoints: [Endpoint] = [.receiveMessage]

extension Endpoint {
    /// Bytes. Twilio's longest message is 65,536 bytes; escaped it is three times that.
    private static let longestForm = 1 << 18

    /// Writes the message and everything that follows from it in one transaction. Never waits for a model, a file or a
    /// provider: Twilio gives up after 15 seconds.
    static let receiveMessage = Endpoint(
        .post, "/api/hooks/twilio", also: ["POST /api/whatsapp/webhook"],
        "A customer wrote to one of our numbers; a repeated MessageSid changes nothing.",
        for: .twilio(limit: longestForm),
        takes: .providerForm(InboundMessage.fields) { form, _ in try InboundMessage(form) },
        limit: longestForm, answers: .twiML, faults: DocumentedFault.providerForm,
        example: [
            "MessageSid": "SM00000000000000000000000000000001", "From": "whatsapp:+15550001111",
            "To": "whatsapp:+14155238886", "Body": "Are you open?",
        ]
    ) { call, message in
        let receipt = try await call.api.part(Inbox.init).receive(message)
        if receipt.wakeNeeded { await call.api.wakeRunner() }
    }
}
