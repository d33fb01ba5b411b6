import Cryptography
import FoundationEssentials
import Web

/// Twilio's REST API: authentication, faults, then the resource. Every refusal is Twilio's own JSON.
struct TwilioAPI: Sendable {
    let configuration: SandboxConfiguration
    let twilio: SimulatedTwilio
    let webhooks: WebhookSender

    var endpoints: [Endpoint] { messageEndpoints + mediaEndpoints + numberEndpoints + typingEndpoints }

    /// Wraps a resource: credentials first, then the faults that were asked for, then the call itself.
    func guarded(
        _ declaration: String, _ operation: PlannedFault.Operation,
        _ call: @escaping @Sendable (Web.Request) async throws -> Reply
    ) -> Endpoint {
        Endpoint(declaration) { request in
            do {
                try authenticate(request)
                let fault = await twilio.takeFault(.api, operation)
                if let refusal = fault?.answerBeforeAcceptance { return refusal }
                let reply = try await call(request)
                return fault?.answerAfterAcceptance(reply) ?? reply
            } catch let refusal as TwilioRefusal {
                return refusal.reply
            }
        }
    }

    /// HTTP Basic with the account's SID and token; the path must name the same account.
    private func authenticate(_ request: Web.Request) throws {
        let expected = Data("\(configuration.twilioAccountSID):\(configuration.twilioAuthToken)".utf8)
            .base64EncodedString()
        guard let header = request.headers["authorization"], header.lowercased().hasPrefix("basic ") else {
            throw TwilioRefusal.unauthenticated
        }
        guard equalInConstantTime(header.dropFirst(6).utf8, expected.utf8) else {
            throw TwilioRefusal.unauthenticated
        }
        let account = request.pathParameter("account")
        guard account.isEmpty || account == configuration.twilioAccountSID else {
            throw TwilioRefusal.notFound(request.path)
        }
    }
}

extension PlannedFault {
    /// The answer of a call that must not happen, or `nil` when it shall happen.
    fileprivate var answerBeforeAcceptance: Reply? {
        switch kind {
        case .rateLimited:
            let refusal = TwilioRefusal(20429, status: 429)
            guard case .whole(var response) = refusal.reply else { return nil }
            response.headers.add("retry-after", "\(retryAfter ?? 1)")
            return .whole(response)
        case .serverError: return TwilioRefusal(20500, "Internal Server Error", status: status ?? 503).reply
        case .refused: return TwilioRefusal(code ?? 63016, status: status ?? 400).reply
        case .timeoutBeforeAcceptance, .hang: return .silence(seconds: min(seconds ?? 30, 120))
        case .garbage: return .whole(.text("<html><body>Bad Gateway</body></html>", status: 200, type: "text/html"))
        default: return nil
        }
    }

    fileprivate func answerAfterAcceptance(_ reply: Reply) -> Reply? {
        switch kind {
        case .timeoutAfterAcceptance: return .silence(seconds: min(seconds ?? 30, 120))
        case .brokenAfterAcceptance:
            guard case .whole(let response) = reply else { return nil }
            return .broken(partial: Array(response.body.prefix(response.body.count / 2)))
        default: return nil
        }
    }
}

extension Web.Request {
    /// A path's last segment without its `.json`; `nil` when it has none.
    func resource(_ name: String) -> String? {
        let text = pathParameter(name)
        return text.hasSuffix(".json") ? String(text.dropLast(5)) : nil
    }
}
