/// What an API key may do, written `conversations:read`. Members, keys, billing and numbers have no area: no key opens them.
package struct KeyScope: Sendable, Hashable {
    package enum Area: String, Sendable, CaseIterable {
        case conversations, messages, contacts, knowledge, flows, campaigns, bookings, webhooks, analytics
    }

    package enum Right: String, Sendable, CaseIterable {
        /// Writing does not include it.
        case read
        case write
    }

    package let area: Area
    package let right: Right

    package init(_ area: Area, _ right: Right) {
        self.area = area
        self.right = right
    }

    /// `nil` for anything but the text of a scope.
    package init?(_ text: String) {
        guard let scope = Self.all.first(where: { $0.text == text }) else { return nil }
        self = scope
    }

    package var text: String { "\(area.rawValue):\(right.rawValue)" }

    package static let all = Area.allCases.flatMap { area in Right.allCases.map { KeyScope(area, $0) } }
}
