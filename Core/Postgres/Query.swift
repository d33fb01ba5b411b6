package import FoundationEssentials

/// SQL in which every interpolation is a bind parameter: `"select * from contacts where id = \(id)"`.
///
/// Text that is part of the statement itself must say so: `\(unescaped: "desc")`. Never pass foreign text there.
package struct Query: Sendable, ExpressibleByStringInterpolation {
    package private(set) var sql: String
    package private(set) var binds: [Bind]

    package init(stringLiteral value: String) {
        sql = value
        binds = []
    }

    package init(stringInterpolation interpolation: Interpolation) {
        sql = interpolation.sql
        binds = interpolation.binds
    }

    package struct Interpolation: StringInterpolationProtocol {
        fileprivate var sql = ""
        fileprivate var binds: [Bind] = []

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.reserveCapacity(literalCapacity + interpolationCount * 3)
        }

        package mutating func appendLiteral(_ literal: String) {
            sql += literal
        }

        package mutating func appendInterpolation(_ value: some Bindable) {
            append(value.bind)
        }

        package mutating func appendInterpolation(_ value: (some Bindable)?) {
            append(value?.bind ?? .null)
        }

        package mutating func appendInterpolation(unescaped text: String) {
            sql += text
        }

        private mutating func append(_ bind: Bind) {
            binds.append(bind)
            sql += "$\(binds.count)"
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
}

/// A value that can be interpolated into a `Query`.
package protocol Bindable {
    var bind: Bind { get }
}

extension String: Bindable {
    /// The type is inferred, so that the same value serves text, jsonb, enum and inet columns. Postgres text holds no
    /// NUL; foreign text may, and loses it here rather than failing the whole message.
    package var bind: Bind { Bind(text: utf8.contains(0) ? filter { $0 != "\0" } : self) }
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
        let quoted = values.map { "\"" + $0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }
        appendInterpolation("{" + quoted.joined(separator: ",") + "}")
    }

    package mutating func appendInterpolation(array values: [UUID]) {
        appendInterpolation("{" + values.map(\.uuidString).joined(separator: ",") + "}")
        sql += "::uuid[]"
    }
}
