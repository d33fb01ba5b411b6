import API
import Access
import Conversation
import Domain
import FoundationEssentials
import Providers
import Store
import Web

extension Endpoint {
    static let listNumbers = Endpoint(
        .get, "/api/v1/organizations/{id}/numbers", also: ["GET /api/organizations/{id}/numbers"],
        "The organization's numbers, newest first.",
        for: .member(.viewer, in: .path("id")), takes: .query(NumberScope.form),
        answers: .list(of: ListedNumber.answer),
        faults: [DocumentedFault(403, "forbidden", "Only the platform's staff sees the whole account.")]
            + DocumentedFault.twilio,
        limits: .askingForNumbers
    ) { call, scope in
        guard scope.scope == "account" else {
            return try await call.numbers.list(call.organization).map(ListedNumber.init(purchase:))
        }
        guard call.member.isOperator else { throw Fault.forbidden("Only the platform's staff sees the whole account.") }
        guard let twilio = try call.api.twilioNumbers else { throw Fault.noTwilioAccount }
        return try await twilio.listAllPhoneNumbers(nil).map(ListedNumber.init(owned:))
    }
}

private struct NumberScope: Sendable {
    var scope = "organization"

    static let form = Form(NumberScope()) {
        $0.optional(
            "scope", \.scope, .choice("organization", "account"),
            about: "account lists the whole Twilio account, for the platform's staff.")
    }
}

/// A number of an organization, or one of the account, of which nothing but Twilio's own words is known.
private struct ListedNumber: Sendable {
    var number: String
    var sid: String?
    var status: NumberPurchase.Status?
    var channel: ChannelID?
    var reason: String?
    var createdAt: Date?
    var friendlyName: String?
    var inboundWebhook: String?

    init(purchase: NumberPurchase) {
        number = purchase.number
        sid = purchase.providerID
        status = purchase.status
        channel = purchase.channel
        reason = purchase.reason
        createdAt = purchase.createdAt
    }

    init(owned: TwilioNumber) {
        number = owned.phoneNumber
        sid = owned.sid
        friendlyName = owned.friendlyName
        inboundWebhook = owned.inboundWebhook
    }

    static let answer = Answer<ListedNumber> {
        $0.field("number", \.number)
        $0.field("status", \.status)
        $0.field("sid", \.sid)
        $0.field("channel_id", \.channel)
        $0.field("reason", \.reason)
        $0.field("created_at", \.createdAt)
        $0.field("friendly_name", \.friendlyName, about: "Of a number of the account.")
        $0.field("inbound_webhook", \.inboundWebhook, about: "Of a number of the account.")
    }
}
