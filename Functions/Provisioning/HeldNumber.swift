import API
import Access
import Conversation
import Domain
import Providers
import Store
import Web

extension Endpoint {
    static let readNumber = Endpoint(
        .get, "/api/v1/organizations/{id}/number", also: ["GET /api/organizations/{id}/number"],
        "The organization's number as Twilio has it.",
        for: .member(.viewer, in: .path("id")), takes: .query(NumberChoice.form), answers: .one(HeldNumber.answer),
        faults: HeldNumber.faults, limits: .askingForNumbers
    ) { call, choice in
        try await held(choice, call) { try await $0.details($1) }
    }

    static let repairNumber = Endpoint(
        .patch, "/api/v1/organizations/{id}/number", also: ["PATCH /api/organizations/{id}/number"],
        "Points the number's webhooks at this installation again.",
        for: .member(.admin, in: .path("id")), takes: .query(NumberChoice.form), answers: .one(HeldNumber.answer),
        faults: HeldNumber.faults, limits: .askingForNumbers
    ) { call, choice in
        try await held(choice, call) { try await $0.repair($1) }
    }

    /// A repeat answers the same.
    static let releaseNumber = Endpoint(
        .delete, "/api/v1/organizations/{id}/provision-number",
        also: ["DELETE /api/organizations/{id}/provision-number"],
        "Gives the number back and closes its channel.",
        for: .member(.admin, in: .path("id")), takes: .query(NumberChoice.form), answers: .nothing,
        faults: DocumentedFault.provisioning, limits: .askingForNumbers
    ) { call, choice in
        guard let provisioning = try call.api.provisioning else { throw Fault.noTwilioAccount }
        let purchase = try await choice.purchase(
            call, [.bought, .releasing, .released, .requested, .unknown, .waiting])
        try await provisioning.release(purchase.found("number"))
    }

    private static func held(
        _ choice: NumberChoice, _ call: Call<Member>,
        _ ask: (NumberProvisioning, NumberPurchase) async throws -> TwilioNumber
    ) async throws -> HeldNumber {
        let purchase = try await choice.purchase(call, [.bought]).found("number")
        guard let provisioning = try call.api.provisioning else { throw Fault.noTwilioAccount }
        return HeldNumber(purchase: purchase, number: try await ask(provisioning, purchase))
    }
}

/// The number may be named; when the organization has only one, it need not be.
private struct NumberChoice: Sendable {
    var number: String?

    static let form = Form(NumberChoice()) {
        $0.optional("number", \.number, .text(1...32), about: "Which one, when there are several: +1...")
    }

    func purchase(
        _ call: Call<Member>, _ statuses: Set<NumberPurchase.Status>
    ) async throws -> NumberPurchase? {
        let all = try await call.numbers.list(call.organization).filter { statuses.contains($0.status) }
        if let number { return all.first { $0.number == number } }
        let current = all.filter { $0.status != .released }
        guard current.count <= 1 else {
            throw Fault.invalid("number", "The organization has several numbers; say which with ?number=+1...")
        }
        return current.first ?? all.first
    }
}

private struct HeldNumber: Sendable {
    var purchase: NumberPurchase
    var number: TwilioNumber

    static let answer = Answer<HeldNumber> {
        $0.include(NumberPurchase.answer, \.purchase)
        $0.field("friendly_name", \.number.friendlyName)
        $0.field("inbound_webhook", \.number.inboundWebhook)
    }

    static let faults =
        [DocumentedFault(404, "not-found", "The organization has no such number.")] + DocumentedFault.twilio
}
