package import FoundationEssentials

/// SQL in which every interpolation is a bind parameter: `"select * from contacts where id = \(id)"`.
///
/// Text that is part of the statement itself must say so: `\(unescaped: "desc")`. Never pass foreign text there.
package struct Query: Sendable, ExpressibleByStringInterpolation {
    package private(set) var sql: String
    package private(set) var binds: [Bind]
    /// The text around the binds: one more than there are binds.
    private var fragments: [String]

    package init(stringLiteral value: String) {
        sql = value
        binds = []
        fragments = [value]
    }

    package init(stringInterpolation interpolation: Interpolation) {
        binds = interpolation.binds
        fragments = interpolation.fragments
        sql = Self.numbered(interpolation.fragments)
    }

    /// More of the same statement, for conditions that are there or not: each set of them is a statement of its own with a
    /// plan of its own, where `($1 is null or ...)` would have to suit all.
    package mutating func append(_ more: Query) {
        fragments[fragments.count - 1] += more.fragments[0]
        fragments += more.fragments.dropFirst()
        binds += more.binds
        sql = Self.numbered(fragments)
    }

    /// A copy that goes on with more.
    package func appending(_ more: Query) -> Query {
        var whole = self
        whole.append(more)
        return whole
    }

    private static func numbered(_ fragments: [String]) -> String {
        var sql = fragments[0]
        for (index, fragment) in fragments.enumerated().dropFirst() { sql += "$\(index)\(fragment)" }
        return sql
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var fragments = [""]
        fileprivate var binds: [Bind] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            fragments.reserveCapacity(interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: String) {
            add(literal)
        }

        package mutating func appendInterpolation(_ value: some Bindable) {
            append(value.bind)
        }

        package mutating func appendInterpolation(_ value: (some Bindable)?) {
            append(value?.bind ?? .null)
        }

        package mutating func appendInterpolation(unescaped text: String) {
            add(text)
        }

        fileprivate mutating func add(_ text: String) {
            fragments[fragments.count - 1] += text
        }

        private mutating func append(_ bind: Bind) {
            binds.append(bind)
            fragments.append("")
        }
    }
}

/// One parameter: its text form and its type's OID (`0` lets the server infer it).
package struct Bind: Sendable, Equatable {
    package var text: String?
    package var type: UInt32

    package init(text: String?, type: UInt32 = 0) {
        self.text = text
        self.type = type
    }

    package static let null = Bind(text: nil)

    /// libpq would end the text there.
    var holdsNUL: Bool { text?.utf8.contains(0) ?? false }
}

/// A value that can be interpolated into a `Query`.
package protocol Bindable {
    var bind: Bind { get }
}

extension String: Bindable {
    /// The type is inferred, so that the same value serves text, jsonb, enum and inet columns. Text with U+0000 is no text for
    /// Postgres, and a statement with it is refused (`Connection.pipeline`): what was checked is what is stored. Where it may come
    /// from outside it is refused (API) or taken out (`cut(to:)`) on its way in.
    package var bind: Bind { Bind(text: self) }
}
extension Bool: Bindable {
    package var bind: Bind { Bind(text: self ? "t" : "f", type: 16) }
}
extension Int: Bindable {
    package var bind: Bind { Bind(text: String(self), type: 20) }
}
extension Double: Bindable {
    package var bind: Bind { Bind(text: String(self), type: 701) }
}
extension UUID: Bindable {
    package var bind: Bind { Bind(text: uuidString, type: 2950) }
}
extension Date: Bindable {
    package var bind: Bind { Bind(text: PostgresTimestamp.text(self), type: 1184) }
}
extension Data: Bindable {
    package var bind: Bind { Bind(text: PostgresBytes.text(self), type: 17) }
}

/// Arrays travel as one parameter: `where id = any(\(array: ids))`.
extension Query.Interpolation {
    package mutating func appendInterpolation(array values: [String]) {
        appendInterpolation(PostgresArray.text(values))
    }

    package mutating func appendInterpolation(array values: [UUID]) {
        appendInterpolation("{" + values.map(\.uuidString).joined(separator: ",") + "}")
        add("::uuid[]")
    }
}
