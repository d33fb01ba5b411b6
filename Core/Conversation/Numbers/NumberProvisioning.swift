package import Domain
package import Providers
package import Store

/// Buys and releases Twilio numbers for organizations, each at most once.
///
/// A purchase is a row before it is a request, and its id travels in the number's friendly name. Whatever happened to an
/// earlier try (a crash, a lost answer), the account is asked for the number first, and it is ours only if it carries
/// the id of this very purchase. Twilio sells a number once, so that question is the whole of the reconciliation.
package struct NumberProvisioning: Sendable {
    private let store: NumberStore
    private let twilio: TwilioNumbers
    private let webhooks: TwilioWebhooks
    private let clock: WallClock
    private let ids: IDSource

    package init(
        store: NumberStore, twilio: TwilioNumbers, webhooks: TwilioWebhooks, clock: WallClock, ids: IDSource
    ) {
        self.store = store
        self.twilio = twilio
        self.webhooks = webhooks
        self.clock = clock
        self.ids = ids
    }

    /// - Parameters:
    ///   - waits: the operator decides first; the purchase that comes back is `waiting`, unless it was bought before.
    ///   - papers: kept with the request; whoever approves or repeats it gives none.
    package func buy(
        _ number: String, for organization: OrganizationID, by user: UserID, name: String, waits: Bool = false,
        papers: TwilioPapers = TwilioPapers()
    ) async throws -> NumberPurchase {
        let now = clock.now()
        var wanted = NumberPurchase(
            id: ids.make(), organization: organization, number: number, requestedBy: user, at: now)
        (wanted.addressSID, wanted.bundleSID) = (papers.addressSID, papers.bundleSID)
        let purchase = try await store.request(
            wanted, limit: \.numberLimit, waits: waits, channelName: name, at: now)
        guard purchase.status != .bought, purchase.status != .waiting else { return purchase }
        guard purchase.status != .releasing else { throw NumberProvisioningError.releasing }
        return try await complete(purchase)
    }

    /// For the operator: buys what waits, and goes on with what was approved before and has no answer.
    package func approve(_ purchase: NumberPurchase) async throws -> NumberPurchase {
        try await complete(try await store.approve(purchase, limit: \.numberLimit, at: clock.now()))
    }

    private func complete(_ purchase: NumberPurchase) async throws -> NumberPurchase {
        try await keep(try await provider(purchase), as: purchase)
    }

    private func keep(_ bought: TwilioNumber, as purchase: NumberPurchase) async throws -> NumberPurchase {
        try await store.bought(
            purchase, providerID: bought.sid, channel: ids.make(),
            name: purchase.channelName.isEmpty ? purchase.number : purchase.channelName, at: clock.now())
    }

    private func provider(_ purchase: NumberPurchase) async throws -> TwilioNumber {
        let papers = TwilioPapers(addressSID: purchase.addressSID, bundleSID: purchase.bundleSID)
        // An answer that was lost may have been a yes; so may "taken", when the yes was our own earlier one.
        var mayBeOurs = purchase.status == .unknown
        do {
            if let owned = try await owned(purchase.number) {
                mayBeOurs = true
                return try await adopt(owned, purchase)
            }
            return try await twilio.purchasePhoneNumber(purchase.number, Self.tag(purchase), papers, webhooks)
        } catch let error as TwilioError {
            mayBeOurs = mayBeOurs || error.mayHaveArrived || error.isTemporary
            try await store.settle(
                purchase, as: mayBeOurs ? .unknown : .failed, reason: error.reason, at: clock.now())
            throw NumberProvisioningError.provider(error)
        }
    }

    private func owned(_ number: String) async throws(TwilioError) -> TwilioNumber? {
        try await twilio.listAllPhoneNumbers(number).first { $0.phoneNumber == number }
    }

    /// In the account already: ours if this purchase bought it, else it is the platform's and not for sale.
    private func adopt(_ owned: TwilioNumber, _ purchase: NumberPurchase) async throws -> TwilioNumber {
        guard owned.friendlyName == Self.tag(purchase) else {
            try await store.settle(
                purchase, as: .failed, reason: "The number is not for sale.", at: clock.now())
            throw NumberProvisioningError.notForSale
        }
        return owned.inboundWebhook == webhooks.inbound
            ? owned : try await twilio.updateNumberWebhook(owned.sid, webhooks)
    }

    /// Looks up what became of a purchase that has no answer, and buys nothing.
    /// - Returns: the purchase, bought or failed.
    package func settle(_ purchase: NumberPurchase) async throws -> NumberPurchase {
        var held = try await store.hold(purchase, from: [.requested, .unknown], at: clock.now())
        do {
            if let owned = try await owned(held.number) {
                return try await keep(try await adopt(owned, held), as: held)
            }
        } catch let error as TwilioError {
            try await store.settle(held, as: .unknown, reason: error.reason, at: clock.now())
            throw NumberProvisioningError.provider(error)
        }
        held.reason = "The purchase was interrupted, and the number was not bought."
        held.status = .failed
        try await store.settle(held, as: .failed, reason: held.reason, at: clock.now())
        return held
    }

    /// Gives a number back. A repeat finds it given back and says the same.
    package func release(_ purchase: NumberPurchase) async throws {
        guard purchase.status != .released else { return }
        guard purchase.status != .waiting else { return try await store.withdraw(purchase, at: clock.now()) }
        let held = try await store.hold(
            purchase, from: [.bought, .releasing, .requested, .unknown], as: .releasing, at: clock.now())
        do {
            guard let sid = try await sid(held) else {
                return try await store.settle(held, as: .failed, reason: "It was never bought.", at: clock.now())
            }
            try await twilio.releasePhoneNumber(sid)
        } catch let error as TwilioError {
            // A repeat asks again. One that Twilio refuses is what it was before.
            let isOpen = error.mayHaveArrived || error.isTemporary
            let before: NumberPurchase.Status = held.channel == nil ? .unknown : .bought
            try await store.settle(
                held, as: isOpen ? .releasing : before, reason: isOpen ? "" : error.reason, at: clock.now())
            throw NumberProvisioningError.provider(error)
        }
        try await store.released(held, at: clock.now())
    }

    /// A purchase whose answer was lost is looked for in the account; `nil` when it did not go through.
    private func sid(_ purchase: NumberPurchase) async throws(TwilioError) -> String? {
        if let sid = purchase.providerID { return sid }
        return try await owned(purchase.number).flatMap { $0.friendlyName == Self.tag(purchase) ? $0.sid : nil }
    }

    /// Points the number's webhooks at this installation again.
    package func repair(_ purchase: NumberPurchase) async throws -> TwilioNumber {
        try await ask(purchase) { sid throws(TwilioError) in try await twilio.updateNumberWebhook(sid, webhooks) }
    }

    package func details(_ purchase: NumberPurchase) async throws -> TwilioNumber {
        try await ask(purchase) { sid throws(TwilioError) in try await twilio.getPhoneNumberDetails(sid) }
    }

    private func ask(
        _ purchase: NumberPurchase, _ question: (String) async throws(TwilioError) -> TwilioNumber
    ) async throws -> TwilioNumber {
        guard let sid = purchase.providerID else { throw NumberProvisioningError.notBought }
        do {
            return try await question(sid)
        } catch {
            throw NumberProvisioningError.provider(error)
        }
    }

    /// At most 64 characters.
    static func tag(_ purchase: NumberPurchase) -> String { "Parley \(purchase.id.text)" }
}

package enum NumberProvisioningError: Error, Equatable {
    case provider(TwilioError)
    /// The number stands in the account, bought by somebody else.
    case notForSale
    case notBought
    case releasing
}

extension TwilioError {
    fileprivate var isTemporary: Bool {
        if case .retry = kind { true } else { false }
    }
}
