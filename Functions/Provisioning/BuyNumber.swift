import API
import Access
import Conversation
import Domain
import Providers
import Store
import Web

extension Endpoint {
    static let buyNumber = Endpoint(
        .post, "/api/v1/organizations/{id}/provision-number",
        also: ["POST /api/organizations/{id}/provision-number"],
        "Buys a number and opens its channel; a repeat never buys twice. Where the operator decides first, it is `waiting`.",
        for: .member(.admin, in: .path("id")), takes: .body(Purchase.form), limit: 16 << 10,
        answers: .one(NumberPurchase.answer, status: 201),
        faults: DocumentedFault.provisioning + [PurchasePolicy.refusal], repeats: .once,
        limits: .buyingNumbers,
        example: ["number": "+14155550100", "name": "Sales Line"]
    ) { call, purchase in
        guard let provisioning = try call.api.provisioning else { throw Fault.noTwilioAccount }
        let policy = PurchasePolicy(call.api.configuration)
        if policy.forbids(call.member) { return try await bought(purchase.wanted, call, provisioning) }
        return try await provisioning.buy(
            purchase.wanted, for: call.organization, by: call.user, name: purchase.name ?? purchase.wanted,
            waits: policy.waits(call.member),
            papers: TwilioPapers(addressSID: purchase.address, bundleSID: purchase.bundle))
    }

    /// Where nothing is bought, a request whose answer was lost may still be repeated.
    private static func bought(
        _ number: String, _ call: Call<Member>, _ provisioning: NumberProvisioning
    ) async throws -> NumberPurchase {
        var purchase = try await call.numbers.purchase(of: number, by: call.organization)
        if let known = purchase, known.status == .requested || known.status == .unknown {
            purchase = try await provisioning.settle(known)
        }
        guard let purchase, purchase.status == .bought else { throw Fault.forbidden(PurchasePolicy.refusal.about) }
        return purchase
    }
}

private struct Purchase: Sendable {
    var number: String?
    var phoneNumber: String?
    var name: String?
    var address: String?
    var bundle: String?

    var wanted: String { number ?? phoneNumber ?? "" }

    static let form = Form(Purchase()) {
        $0.optional("number", \.number, .e164, about: "As the search gave it.")
        $0.optional("phone_number", \.phoneNumber, .e164, about: "The same; number counts.")
        $0.optional("name", \.name, .text(1...255), about: "What the channel is called; the number when absent.")
        $0.optional(
            "address_sid", \.address, .sid("AD"),
            about: "An address in the Twilio account, where the search's address_requirements is not none.")
        $0.optional(
            "bundle_sid", \.bundle, .sid("BU"),
            about: "An approved regulatory bundle in the Twilio account, where the number's country wants one.")
        $0.rule { purchase throws(Fault) in
            guard !purchase.wanted.isEmpty else { throw .invalid("number", "This field is required.") }
        }
    }
}

extension FieldType where Value == String {
    /// A Twilio id: two letters and 32 hexadecimal digits.
    fileprivate static func sid(_ prefix: String) -> FieldType {
        .text(34...34, pattern: "\(prefix)[0-9a-fA-F]{32}", "Write the id as Twilio shows it, \(prefix) and 32 digits.")
        {
            $0.hasPrefix(prefix) && $0.utf8.dropFirst(2).allSatisfy { Character(Unicode.Scalar($0)).isHexDigit }
        }
    }

    /// E.164, exactly: what is bought is not guessed.
    fileprivate static let e164 = FieldType.text(
        8...16, pattern: "\\+[1-9][0-9]{6,14}", "Write the number as the search gave it, like +14155550100."
    ) { text in
        let digits = text.utf8.dropFirst()
        return text.utf8.first == UInt8(ascii: "+") && digits.first != 48
            && digits.allSatisfy { (48...57).contains($0) }
    }
}
