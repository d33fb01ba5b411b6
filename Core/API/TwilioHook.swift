import Conversation
import FunctionHost
import Providers
package import Web

/// The whole of the `Main.swift` of a function that Twilio calls: the signature's secret and what works on the call are made once.
///
/// - Parameter make: of what works on the call; what is wrong with it ends the start.
package func runTwilioHook<Part: Sendable>(
    _ name: String, _ endpoints: [Endpoint], keeping make: @escaping @Sendable (APIEnvironment) throws -> Part
) async -> Never {
    await runAPI(
        name, endpoints,
        keeping: { api in
            try api.keep(TwilioSignature.init)
            try api.keep(make)
        })
}

/// What Twilio calls: how it proves itself, and what it is answered.
extension Admittance where Caller == Void {
    /// Twilio's signature over the public URL and the raw form. Content type and size are looked at before it, and nothing
    /// is parsed for others until it fits.
    ///
    /// - Parameter limit: bytes of the body; the endpoint's own.
    package static func twilio(limit: Int) -> Admittance {
        .signature(of: "Twilio") { request, api in
            guard ContentType.essence(request.headers["content-type"]) == "application/x-www-form-urlencoded" else {
                throw Fault.unsupportedType
            }
            guard request.body.count <= limit else { throw Fault.tooLarge }
            guard try api.part(TwilioSignature.init).isValid(request, publicURL: api.publicURL) else {
                throw Fault.badSignature
            }
        }
    }
}

extension TwilioSignature {
    /// Wired once per process: `runTwilioHook`.
    package init(_ api: APIEnvironment) throws {
        self.init(authTokens: try api.configuration.twilioAuthTokens)
    }
}

extension Reply where Value == Void {
    /// Twilio is to do nothing more.
    package static var twiML: Reply {
        Reply(status: 200, content: .bytes(["text/xml"])) { _ in
            .text("<Response/>", type: "text/xml; charset=utf-8")
        }
    }
}

extension TwilioFormError: FaultConvertible {
    package var fault: Fault {
        switch self {
        case .missing(let field): Fault(status: 400, code: "missing-field", detail: description, field: field)
        case .tooLong(let field): Fault(status: 400, code: "field-too-long", detail: description, field: field)
        case .holdsNUL(let field): .invalid(field, description)
        }
    }
}

extension DocumentedFault {
    /// Of a provider's form.
    package static let providerForm = [
        DocumentedFault(400, "missing-field", "The form lacks what every form of its kind has."),
        DocumentedFault(400, "field-too-long", "A field is longer than the provider makes any."),
    ]
}

extension Fault {
    fileprivate static let badSignature = Fault(
        status: 403, code: "bad-signature", detail: "The signature does not match the request.")
}
