import FoundationEssentials

/// A thing that shall go wrong, so many times. Asked for over `/sandbox/control/faults`, spent when it strikes.
struct PlannedFault: Sendable, Codable {
    let id: Int
    let provider: String
    let kind: Kind
    /// Twilio only: which call it strikes.
    let operation: Operation
    var remaining: Int
    /// Delay or silence; each kind has its own default.
    let seconds: Double?
    /// HTTP status of `server_error` and `refused`.
    let status: Int?
    /// Twilio's code of `refused`.
    let code: Int?
    /// `Retry-After` of `rate_limited`, seconds.
    let retryAfter: Int?

    enum CodingKeys: String, CodingKey {
        case id, provider, kind, operation, remaining, seconds, status, code
        case retryAfter = "retry_after"
    }

    enum Operation: String, Sendable, Codable, CaseIterable { case send, list, numbers, typing, chat }

    enum Kind: String, Sendable, Codable, CaseIterable {
        // The customer's message on its way to Parley.
        case duplicate, late
        case outOfOrder = "out_of_order"
        // Status callbacks.
        case callbackLost = "callback_lost"
        case callbackDuplicated = "callback_duplicated"
        case callbacksReversed = "callbacks_reversed"
        // Any API call.
        case rateLimited = "rate_limited"
        case serverError = "server_error"
        case refused
        /// Nothing happened, and no answer comes.
        case timeoutBeforeAcceptance = "timeout_before_acceptance"
        /// It happened, and no answer comes.
        case timeoutAfterAcceptance = "timeout_after_acceptance"
        /// It happened, and the answer breaks off.
        case brokenAfterAcceptance = "broken_after_acceptance"
        // Models.
        case garbage, hang

        var point: Point {
            switch self {
            case .duplicate, .late, .outOfOrder: .inbound
            case .callbackLost, .callbackDuplicated, .callbacksReversed: .callback
            default: .api
            }
        }
    }

    enum Point: Sendable { case inbound, callback, api }
}

/// The faults asked for and not yet spent, oldest first.
struct PlannedFaults: Sendable {
    /// More than this is a loop in somebody's test.
    static let capacity = 100
    private(set) var planned: [PlannedFault] = []
    private var nextID = 1

    mutating func plan(_ make: (Int) -> PlannedFault) -> PlannedFault {
        let fault = make(nextID)
        nextID += 1
        planned.append(fault)
        if planned.count > Self.capacity { planned.removeFirst() }
        return fault
    }

    mutating func clear() { planned = [] }

    /// Spends one of the oldest matching faults.
    mutating func take(_ provider: String, _ point: PlannedFault.Point, _ operation: PlannedFault.Operation)
        -> PlannedFault?
    {
        let index = planned.firstIndex {
            ($0.provider == provider || $0.provider == "any") && $0.kind.point == point
                && (point != .api || $0.operation == operation)
        }
        guard let index else { return nil }
        planned[index].remaining -= 1
        let fault = planned[index]
        if fault.remaining <= 0 { planned.remove(at: index) }
        return fault
    }
}
