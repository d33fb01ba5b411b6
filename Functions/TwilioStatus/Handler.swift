import Conversation
import Domain
import Providers
import Store
import Web

/// `POST /api/hooks/twilio/status`: what became of a message we sent. Called by Twilio, authenticated by its signature.
/// The URL carries the organization and our message id (`?organization=&message=`), so that a report also settles a send whose answer was lost. Moves a message
/// forward, never back; a repeated report changes nothing. A message that is not ours is acknowledged all the same:
/// repeating the report would not make it ours.
struct TwilioStatusHandler: Sendable {
    static let bodyLimit = 1 << 16

    let signature: TwilioSignature
    let publicURL: String
    /// `nil`: no such message.
    let report: @Sendable (StatusReport) async throws -> StatusReceipt?
    let note: @Sendable (_ about: String, _ sid: String) -> Void

    func handle(_ request: Request) async throws -> Response {
        try verify(request)
        let update = try read(request)
        try await store(update, about: subject(request))
        return .text("<Response/>", type: "text/xml; charset=utf-8")
    }

    private func verify(_ request: Request) throws(Fault) {
        guard ContentType.essence(request.headers["content-type"]) == "application/x-www-form-urlencoded" else {
            throw .unsupportedType
        }
        guard request.body.count <= Self.bodyLimit else { throw .tooLarge }
        guard signature.isValid(request, publicURL: publicURL) else {
            throw Fault(status: 403, code: "bad-signature", detail: "The signature does not match the request.")
        }
    }

    private func read(_ request: Request) throws(Fault) -> TwilioStatusUpdate {
        let form = try request.form(limit: Self.bodyLimit)
        do {
            return try TwilioStatusUpdate(form)
        } catch {
            let field =
                switch error {
                case .missing(let field), .tooLong(let field): field
                }
            throw Fault(status: 400, code: "invalid-field", detail: error.description, field: field)
        }
    }

    private func subject(_ request: Request) -> (organization: OrganizationID?, message: MessageID?) {
        let query = FormFields(decoding: request.rawQuery.utf8)
        return (query?["organization"].flatMap { OrganizationID($0) }, query?["message"].flatMap { MessageID($0) })
    }

    private func store(
        _ update: TwilioStatusUpdate, about subject: (organization: OrganizationID?, message: MessageID?)
    ) async throws {
        guard let status = update.status, status != .received else {
            return note("a status we don't know: \(update.word.prefix(40))", update.messageSID)
        }
        let receipt = try await report(
            StatusReport(
                organization: subject.organization, message: subject.message, kind: .whatsappTwilio,
                localAddress: update.from ?? "",
                providerMessageID: update.messageSID, status: status, errorCode: update.errorCode.map { String($0) },
                reason: update.errorReason.map { String($0.prefix(500)) }))
        if receipt == nil { note("a report about a message that is not ours", update.messageSID) }
    }
}
