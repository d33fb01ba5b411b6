/// A node's attributes. They keep their order when written; the order means nothing.
package struct Attributes: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var pairs: [(key: String, value: AttributeValue)] = []

    package init(dictionaryLiteral elements: (String, AttributeValue?)...) {
        for (key, value) in elements { self[key] = value }
    }

    /// Setting nil or empty text removes the attribute.
    package subscript(key: String) -> AttributeValue? {
        get { pairs.first { $0.key == key }?.value }
        set {
            pairs.removeAll { $0.key == key }
            if let newValue, newValue != .text("") { pairs.append((key, newValue)) }
        }
    }

    package var count: Int { pairs.count }
}

package enum AttributeValue: Sendable, Hashable, ExpressibleByStringInterpolation {
    case text(String)
    case jid(JID)

    package init(stringLiteral value: String) {
        self = .text(value)
    }

    /// nil when empty: an empty value and an absent attribute mean the same.
    package var text: String? {
        switch self {
        case .text(let text): text.isEmpty ? nil : text
        case .jid(let jid): jid.description
        }
    }

    package var jid: JID? {
        switch self {
        case .text(let text): JID(text)
        case .jid(let jid): jid
        }
    }

    // For attributes that may be absent.
    package static func optional(_ value: String?) -> AttributeValue? { value.map { .text($0) } }
    package static func optional(_ value: JID?) -> AttributeValue? { value.map { .jid($0) } }
    package static func number(_ value: (some BinaryInteger)?) -> AttributeValue? { value.map { .text("\($0)") } }
}

extension Attributes: Equatable, Hashable {
    package static func == (left: Attributes, right: Attributes) -> Bool {
        left.count == right.count && left.pairs.allSatisfy { right[$0.key] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(Set(pairs.map(\.key)))
    }
}
