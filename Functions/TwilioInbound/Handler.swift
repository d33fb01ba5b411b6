import Conversation
import Domain
import Providers
import Store
import Web

/// `POST /api/whatsapp/webhook`, `POST /api/hooks/twilio`: a customer wrote to one of our numbers. Called by Twilio,
/// authenticated by its signature over the public URL and the form. Writes the message and everything that follows from it
/// in one transaction; a repeated `MessageSid` is acknowledged and changes nothing. Never waits for a model, a file or a
/// provider: Twilio gives up after 15 seconds.
struct TwilioInboundHandler: Sendable {
    /// Bytes. Twilio's longest message is 65,536 bytes; escaped it is three times that.
    static let bodyLimit = 1 << 18

    let signature: TwilioSignature
    /// What Twilio signs with, whatever address the request came in on.
    let publicURL: String
    let receive: @Sendable (InboundMessage) async throws -> InboundReceipt
    let wakeRunner: @Sendable () async -> Void

    func handle(_ request: Request) async throws -> Response {
        try verify(request)
        let inbound = try read(request)
        let receipt = try await store(inbound)
        if receipt.wakeNeeded { await wakeRunner() }
        return .text("<Response/>", type: "text/xml; charset=utf-8")
    }

    private func verify(_ request: Request) throws(Fault) {
        guard ContentType.essence(request.headers["content-type"]) == "application/x-www-form-urlencoded" else {
            throw .unsupportedType
        }
        guard request.body.count <= Self.bodyLimit else { throw .tooLarge }
        guard signature.isValid(request, publicURL: publicURL) else { throw .badSignature }
    }

    private func read(_ request: Request) throws(Fault) -> InboundMessage {
        let form = try request.form(limit: Self.bodyLimit)
        do {
            let inbound = try TwilioInbound(form)
            var message = inbound.message
            message.providerKeyword = inbound.keyword
            message.choice = inbound.choice.map { String($0.prefix(1000)) }
            return message
        } catch {
            throw .form(error)
        }
    }

    private func store(_ message: InboundMessage) async throws -> InboundReceipt {
        do {
            return try await receive(message)
        } catch let error as InboxError {
            throw Fault.unavailable("No line takes this message: \(error).")
        }
    }
}

extension TwilioInbound {
    /// Only the three words we know; Twilio may add others.
    fileprivate var keyword: String? {
        optOutType.flatMap { OptOutKeyword(rawValue: $0.uppercased()) }?.rawValue
    }
}

extension Fault {
    static let badSignature = Fault(
        status: 403, code: "bad-signature", detail: "The signature does not match the request.")

    static func form(_ error: TwilioFormError) -> Fault {
        switch error {
        case .missing(let field): Fault(status: 400, code: "missing-field", detail: error.description, field: field)
        case .tooLong(let field): Fault(status: 400, code: "field-too-long", detail: error.description, field: field)
        }
    }
}
