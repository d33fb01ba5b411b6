import Domain
import Providers
import Synchronization

/// A Twilio account's numbers: sells each number once, and fails as it is told.
final class FakeTwilioNumbers: Sendable {
    struct State {
        var owned: [TwilioNumber] = []
        var purchases = 0
        var releases = 0
        /// Thrown by the next purchase: before Twilio acted, or after.
        var failBefore: TwilioError?
        var failAfter: TwilioError?
        var failRelease: TwilioError?
        /// Of the last purchase.
        var papers: TwilioPapers?
    }

    private let state = Mutex(State())

    func read<Value: Sendable>(_ body: (inout sending State) -> sending Value) -> Value { state.withLock(body) }

    static let soldOut = "000"
    static let lost = TwilioError(kind: .unknown, reason: "no answer")
    static let taken = TwilioError(
        kind: .permanent, code: 21422, httpStatus: 400, reason: "PhoneNumber is not available")

    var numbers: TwilioNumbers {
        TwilioNumbers(
            searchAvailableNumbers: { search throws(TwilioError) in
                (0..<(search.areaCode == Self.soldOut ? 0 : search.limit)).map {
                    TwilioAvailableNumber(
                        phoneNumber: "+1\(search.areaCode ?? "415")555\(1000 + $0)", friendlyName: "n", locality: nil,
                        region: nil, country: search.country, sms: true, mms: true, voice: true)
                }
            },
            purchasePhoneNumber: { number, name, papers, webhooks throws(TwilioError) in
                self.read { $0.papers = papers }
                return try self.buy(number, name, webhooks)
            },
            updateNumberWebhook: { sid, webhooks throws(TwilioError) in
                try self.change(sid) { $0.inboundWebhook = webhooks.inbound }
            },
            releasePhoneNumber: { sid throws(TwilioError) in try self.release(sid) },
            getPhoneNumberDetails: { sid throws(TwilioError) in try self.change(sid) { _ in } },
            listAllPhoneNumbers: { number throws(TwilioError) in
                self.read { state in state.owned.filter { number == nil || $0.phoneNumber == number } }
            })
    }

    private func buy(
        _ number: String, _ name: String, _ webhooks: TwilioWebhooks
    ) throws(TwilioError) -> TwilioNumber {
        let result: Result<TwilioNumber, TwilioError> = read { state in
            if let error = state.failBefore {
                state.failBefore = nil
                return .failure(error)
            }
            guard !state.owned.contains(where: { $0.phoneNumber == number }) else { return .failure(Self.taken) }
            state.purchases += 1
            let bought = TwilioNumber(
                sid: "PN\(state.purchases)", phoneNumber: number, friendlyName: name, inboundWebhook: webhooks.inbound)
            state.owned.append(bought)
            if let error = state.failAfter {
                state.failAfter = nil
                return .failure(error)
            }
            return .success(bought)
        }
        return try result.get()
    }

    private func change(_ sid: String, _ body: (inout TwilioNumber) -> Void) throws(TwilioError) -> TwilioNumber {
        let changed: TwilioNumber? = state.withLock { state in
            guard let index = state.owned.firstIndex(where: { $0.sid == sid }) else { return nil }
            body(&state.owned[index])
            return state.owned[index]
        }
        guard let changed else { throw TwilioError(kind: .permanent, httpStatus: 404, reason: "not found") }
        return changed
    }

    private func release(_ sid: String) throws(TwilioError) {
        let error: TwilioError? = read { state in
            if let error = state.failRelease {
                state.failRelease = nil
                return error
            }
            state.releases += 1
            state.owned.removeAll { $0.sid == sid }
            return nil
        }
        if let error { throw error }
    }
}
