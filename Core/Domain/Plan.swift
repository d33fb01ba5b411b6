/// What an organization has bought.
package enum Plan: String, Sendable, Codable, CaseIterable {
    case starter, business, enterprise

    /// Messages a calendar month.
    package var messageLimit: Int {
        switch self {
        case .starter: 500
        case .business: 2_000
        case .enterprise: 10_000
        }
    }

    /// WhatsApp numbers bought through the platform; `nil` for any number of them.
    package var numberLimit: Int? {
        switch self {
        case .starter, .business: 1
        case .enterprise: nil
        }
    }

    /// WhatsApp lines linked by scanning; `nil` for any number of them.
    package var lineLimit: Int? { numberLimit }

    /// What this plan counts against its limit.
    package var counting: MessageCounting { .outbound }
}

/// Which messages count against a quota. The others are shown beside it.
package enum MessageCounting: String, Sendable, Codable, CaseIterable {
    case outbound, inboundAndOutbound

    package func used(inbound: Int, outbound: Int) -> Int {
        switch self {
        case .outbound: outbound
        case .inboundAndOutbound: inbound + outbound
        }
    }
}

/// A month's allowance and how much of it is gone.
package struct Quota: Sendable, Equatable {
    package var limit: Int
    package var used: Int

    package init(limit: Int, used: Int) {
        self.limit = limit
        self.used = used
    }

    /// `limitOverride` is `organizations.message_limit`: `nil` for the plan's own limit, 0 for none at all.
    package init(plan: Plan, limitOverride: Int?, inbound: Int, outbound: Int) {
        self.init(
            limit: limitOverride ?? plan.messageLimit,
            used: plan.counting.used(inbound: inbound, outbound: outbound))
    }

    package var remaining: Int { max(0, limit - used) }
    package var isExhausted: Bool { used >= limit }
}

/// The calendar month, in the organization's time zone, that usage is counted under: `2026-11`.
package struct UsagePeriod: Sendable, Hashable, Comparable {
    package let year: Int
    package let month: Int

    package init(of date: LocalDate) {
        year = date.year
        month = date.month
    }

    /// Reads `2026-11` and nothing else.
    package init?(_ text: some StringProtocol) {
        guard let date = LocalDate("\(text)-01") else { return nil }
        self.init(of: date)
    }

    package var text: String { "\(padded(year, 4))-\(padded(month, 2))" }

    package static func < (left: UsagePeriod, right: UsagePeriod) -> Bool {
        (left.year, left.month) < (right.year, right.month)
    }
}
