import API
import Access
import Conversation
import Domain
import Store
import Web

// Numbers that organizations ask for: the operator approves, and they are bought, or refuses. Nobody else sees these.

extension Endpoint {
    static let listNumberRequests = Endpoint(
        .get, "/api/v1/number-requests",
        "Numbers that organizations ask for and that wait for a decision, or were approved and have no answer; oldest first.",
        for: .platformStaff, takes: .query(ListQuery.form), answers: .page(of: NumberRequest.answer)
    ) { call, query in
        let requests = try await call.numbers.waiting(
            after: query.after(), limit: query.limit + 1, at: call.now)
        return query.page(requests) { Cursor($0.createdAt, $0.id) }
    }

    static let approveNumberRequest = Endpoint(
        .post, "/api/v1/number-requests/{id}/approve",
        "Buys the number for whoever asked, within their plan; one that was approved and has no answer is looked up first.",
        for: .platformStaff, answers: .one(NumberPurchase.answer), faults: DocumentedFault.provisioning,
        limits: .decidingPurchases
    ) { call in
        guard let provisioning = try call.api.provisioning else { throw Fault.noTwilioAccount }
        return try await provisioning.approve(
            try await call.numbers.waiting(try call.id(of: "request")).found("request"))
    }

    static let refuseNumberRequest = Endpoint(
        .post, "/api/v1/number-requests/{id}/refuse", "Refuses the number, with a reason that whoever asked can read.",
        for: .platformStaff, takes: .body(Refusal.form), answers: .nothing,
        faults: [DocumentedFault(409, "changed", "It was approved or withdrawn meanwhile.")],
        limits: .decidingPurchases,
        example: ["reason": "The trial has no number of its own."]
    ) { call, refusal in
        let purchase = try await call.numbers.waiting(try call.id(of: "request")).found("request")
        guard try await call.numbers.refuse(purchase, reason: refusal.reason, at: call.now) else {
            throw NumberStoreError.changed
        }
    }
}

private struct Refusal: Sendable {
    var reason = ""

    static let form = Form(Refusal()) { $0.required("reason", \.reason, .text(1...300)) }
}

extension NumberRequest {
    fileprivate static let answer = Answer<NumberRequest> {
        $0.field("id", \.id)
        $0.field("organization_id", \.organization)
        $0.field("organization", \.organizationName)
        $0.field("number", \.number)
        $0.field("name", \.channelName, about: "What its channel is to be called.")
        $0.field("status", \.status, about: "requested or unknown: approved, and nobody knows whether it was bought.")
        $0.field("address_sid", \.addressSID, about: "Sent along when it is bought.")
        $0.field("bundle_sid", \.bundleSID, about: "Sent along when it is bought.")
        $0.field("reason", \.reason, about: "Why there is no answer; empty otherwise.")
        $0.field("requested_by", \.requestedBy)
        $0.field("created_at", \.createdAt)
    }
}
