import API
import Conversation
import Domain
import FunctionHost
import Providers
import Store
import Web

/// Takes Twilio's reports about sent messages.
let endpoints: [Endpoint] = [.receiveStatus]

extension Endpoint {
    /// Bytes.
    private static let longestForm = 1 << 16

    /// The URL carries the organization and our message id, so that a report also settles a send whose answer was lost. A
    /// message that is not ours is acknowledged all the same: repeating the report would not make it ours.
    static let receiveStatus = Endpoint(
        .post, "/api/hooks/twilio/status",
        "What became of a message that was sent: forward only, a repeated report changes nothing.",
        for: .twilio(limit: longestForm), takes: .providerForm(StatusForm.fields, StatusForm.init), limit: longestForm,
        answers: .twiML, faults: DocumentedFault.providerForm,
        example: ["MessageSid": "SM00000000000000000000000000000001", "MessageStatus": "delivered"]
    ) { call, form in
        guard let report = form.report else {
            return call.api.note("a status we don't know: \(form.update.word.prefix(40))", form.note)
        }
        let receipt = try await call.api.part(StatusReports.init).receive(report)
        if receipt == nil { call.api.note("a report about a message that is not ours", form.note) }
    }
}

extension StatusReports {
    init(_ api: APIEnvironment) throws {
        self.init(
            database: api.database, clock: api.clock,
            faults: .configured(api.configuration.fault, isSandbox: api.configuration.isSandbox))
    }
}
