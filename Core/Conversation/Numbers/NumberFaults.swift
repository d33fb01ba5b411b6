import Domain
package import Providers
package import Store
package import Web

extension Fault {
    /// The Twilio account is the platform's; without one there is nothing to buy from.
    package static let noTwilioAccount = Fault(
        status: 409, code: "no-twilio-account",
        detail: "This installation has no Twilio account (TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN), so numbers can't be"
            + " searched or bought. Start it with the sandbox to try everything with simulated numbers.")

    /// What a member is told about a purchase that did not go through.
    package init(_ error: NumberStoreError) {
        switch error {
        case .noOrganization: self = .notFound("organization")
        case .heldByAnother: self = .conflict("number-taken", "That number is taken; choose another.")
        case .busy:
            self = Fault(
                status: 409, code: "in-progress", detail: "This number is being provisioned right now.", retryAfter: 5)
        case .changed:
            self = .conflict("changed", "This was decided otherwise meanwhile; look at it again.")
        case .planLimit(let limit):
            self = .conflict(
                "plan-limit", "Your plan has room for \(limit) number\(limit == 1 ? "" : "s"); release one or upgrade.")
        }
    }

    package init(_ error: NumberProvisioningError) {
        switch error {
        case .notForSale: self = .conflict("number-taken", "That number is taken; choose another.")
        case .notBought: self = .notFound("number")
        case .releasing: self = .conflict("releasing", "The number is being released; repeat the release first.")
        case .provider(let error): self = .twilio(error)
        }
    }
}

extension Fault {
    /// A refusal is the client's to solve (422), anything else a bad gateway; a repeat looks before it buys.
    package static func twilio(_ error: TwilioError) -> Fault {
        if let missing = missingPapers(error) { return missing }
        return switch error.kind {
        case .permanent, .optedOut, .windowClosed:
            Fault(status: 422, code: "provider-refused", detail: "Twilio refused: \(error.reason)")
        case .retry(let after):
            Fault(
                status: 503, code: "provider-busy", detail: "Twilio is busy; try again.",
                retryAfter: Int(saturating: (after ?? 5).rounded(.up)))
        case .unknown:
            Fault(
                status: 502, code: "provider-unknown",
                detail: "Twilio gave no answer; repeat the request and it will be looked up, never done twice.")
        }
    }
    /// 21615, 21631: an address; 21649: a bundle; 21650: others than were given.
    private static func missingPapers(_ error: TwilioError) -> Fault? {
        switch error.code {
        case 21615, 21631:
            Fault(status: 422, code: "address-required", detail: error.reason, field: "address_sid")
        case 21649: Fault(status: 422, code: "bundle-required", detail: error.reason, field: "bundle_sid")
        case 21650: Fault(status: 422, code: "papers-refused", detail: error.reason, field: "bundle_sid")
        default: nil
        }
    }
}
