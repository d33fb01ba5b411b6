import API
import Access
import Conversation
import Domain
import Store
import Web

extension Endpoint {
    static let deleteOrganization = Endpoint(
        .delete, "/api/v1/organizations/{id}", also: ["DELETE /api/organizations/{id}"],
        "Deletes an organization; its lines no longer answer.",
        for: .member(.owner, in: .path("id")), takes: .query(NumberChoice.form), answers: .nothing,
        faults: [
            DocumentedFault(409, "personal-organization", "The personal organization belongs to the account."),
            DocumentedFault(409, "numbers-attached", "It has numbers; say with `numbers` what becomes of them."),
        ] + DocumentedFault.provisioning,
        limits: .askingForNumbers
    ) { call, choice in
        let organization = try await call.organizations.read(call.organization).found("organization")
        guard !organization.isPersonal else {
            throw Fault.conflict("personal-organization", "Your personal organization belongs to your account.")
        }
        let attached = try await call.numbers.list(call.organization).filter(\.isAttached)
        if !attached.isEmpty { try await choice.settle(attached, call) }
        try await call.organizations.delete(call.organization, at: call.now)
    }
}

/// Numbers cost money every month, so what becomes of them is asked.
private struct NumberChoice {
    var numbers: String?

    static let form = Form(NumberChoice()) {
        $0.optional(
            "numbers", \.numbers, .choice("release", "keep"),
            about: "release gives the numbers back, keep leaves them with the platform.")
    }

    func settle(_ attached: [NumberPurchase], _ call: Call<Member>) async throws {
        guard let numbers else {
            let names = attached.map(\.number).joined(separator: ", ")
            throw Fault.conflict(
                "numbers-attached",
                "The organization still has \(names). Repeat with ?numbers=release to give them back, or ?numbers=keep"
                    + " to leave them with the platform.")
        }
        guard numbers == "release" else { return }
        guard let provisioning = try call.api.provisioning else { throw Fault.noTwilioAccount }
        for purchase in attached { try await provisioning.release(purchase) }
    }
}

extension NumberPurchase {
    /// Costs money, or may.
    fileprivate var isAttached: Bool { [.bought, .releasing, .requested, .unknown].contains(status) }
}
