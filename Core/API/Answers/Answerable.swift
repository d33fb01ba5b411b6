package import Domain
package import FoundationEssentials
package import Web

/// A value that can stand in an answer: it knows its JSON and what may be expected of it.
package protocol Answerable: Sendable {
    static var shape: Shape { get }
    var json: JSONValue { get }
}

extension String: Answerable {
    package static var shape: Shape { .plainText }
    package var json: JSONValue { .string(self) }
}

extension Bool: Answerable {
    package static var shape: Shape { .boolean }
    package var json: JSONValue { .bool(self) }
}

extension Int: Answerable {
    package static var shape: Shape { .integer(Int.min...Int.max) }
    package var json: JSONValue { .integer(self) }
}

extension Double: Answerable {
    package static var shape: Shape { .number(-Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude) }
    package var json: JSONValue { .number(self) }
}

/// ISO 8601 in UTC.
extension Date: Answerable {
    package static var shape: Shape { .time }
    package var json: JSONValue { .string(formatted(.iso8601)) }
}

extension ID: Answerable {
    package static var shape: Shape { .id }
    package var json: JSONValue { .string(text) }
}

extension Optional: Answerable where Wrapped: Answerable {
    package static var shape: Shape { .nullable(Wrapped.shape) }
    package var json: JSONValue { map(\.json) ?? .null }
}

extension Array: Answerable where Element: Answerable {
    package static var shape: Shape { .list(Element.shape, count: 0...Int.max) }
    package var json: JSONValue { .array(map(\.json)) }
}

extension JSONValue: Answerable {
    package static var shape: Shape { .anything }
    package var json: JSONValue { self }
}

/// A word of a fixed set: `extension Plan: Answerable {}`.
extension Answerable where Self: RawRepresentable<String> & CaseIterable {
    package static var shape: Shape { .choice(allCases.map(\.rawValue)) }
    package var json: JSONValue { .string(rawValue) }
}
