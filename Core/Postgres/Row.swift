package import FoundationEssentials

/// One row of a result, read by column name: `let id: UUID = try row["id"]`, `let name: String? = try row["name"]`.
package struct Row: Sendable {
    private let columns: Columns
    private let values: [String?]

    init(columns: Columns, values: [String?]) {
        self.columns = columns
        self.values = values
    }

    /// Column positions, shared by all rows of a result.
    final class Columns: Sendable {
        let positions: [String: Int]
        init(_ names: [String]) {
            positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        }
    }

    package subscript<Value: RowDecodable>(_ name: String) -> Value {
        get throws(PostgresError) {
            guard let value: Value = try self[name] as Value? else { throw .decoding("column \(name) is null") }
            return value
        }
    }

    package subscript<Value: RowDecodable>(_ name: String) -> Value? {
        get throws(PostgresError) {
            guard let position = columns.positions[name] else { throw .decoding("no column \(name)") }
            guard let text = values[position] else { return nil }
            guard let value = Value(postgresText: text) else { throw .decoding("column \(name) is no \(Value.self)") }
            return value
        }
    }
}

/// A value that can be read from a column's text form.
package protocol RowDecodable: SendableMetatype {
    init?(postgresText: String)
}

extension String: RowDecodable {
    package init?(postgresText: String) { self = postgresText }
}
extension Bool: RowDecodable {
    package init?(postgresText: String) {
        switch postgresText {
        case "t": self = true
        case "f": self = false
        default: return nil
        }
    }
}
extension Int: RowDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}
extension Double: RowDecodable {
    package init?(postgresText: String) { self.init(postgresText) }
}
extension UUID: RowDecodable {
    package init?(postgresText: String) { self.init(uuidString: postgresText) }
}
extension Date: RowDecodable {
    package init?(postgresText: String) {
        guard let date = PostgresTimestamp.date(postgresText) else { return nil }
        self = date
    }
}
extension Data: RowDecodable {
    package init?(postgresText: String) {
        guard let data = PostgresBytes.data(postgresText) else { return nil }
        self = data
    }
}

/// A row as a value that can be kept and made again: recordings of what was read.
extension Row {
    /// By column, in no order; `nil` stands for NULL.
    package var texts: [String: String?] { columns.positions.mapValues { values[$0] } }

    package init(texts: [String: String?]) {
        let names = texts.keys.sorted()
        self.init(columns: Columns(names), values: names.map { texts[$0] ?? nil })
    }
}
