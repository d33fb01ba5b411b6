package import FoundationEssentials

/// One row of a result, read by column name: `let id: UUID = try row["id"]`, `let name: String? = try row["name"]`.
package struct Row: Sendable {
    fileprivate let columns: Columns
    fileprivate let values: [String?]

    init(columns: Columns, values: [String?]) {
        self.columns = columns
        self.values = values
    }

    /// Column names, shared by all rows of a result. Few: they are compared one by one, which costs less than hashing them.
    final class Columns: Sendable {
        let names: [String]
        init(_ names: [String]) {
            self.names = names
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
            guard let position = columns.names.firstIndex(of: name) else { throw .decoding("no column \(name)") }
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

/// The rows of an answer as a value that can be kept and made again: recordings of what was read.
package struct RowTexts: Codable, Sendable, Equatable {
    /// Empty when there are no rows.
    package let columns: [String]
    /// Of each row one text per column; `nil` stands for NULL.
    package var values: [[String?]]

    package init(columns: [String], values: [[String?]]) {
        self.columns = columns
        self.values = values
    }

    package init(_ rows: [Row]) {
        columns = rows.first?.columns.names ?? []
        values = rows.map(\.values)
    }

    /// A row that has more or fewer texts than there are columns is left out.
    package var rows: [Row] {
        let names = Row.Columns(columns)
        return values.filter { $0.count == columns.count }.map { Row(columns: names, values: $0) }
    }

    /// Bytes of all texts together.
    package var size: Int {
        values.reduce(0) { sum, row in row.reduce(sum) { $0 + ($1?.utf8.count ?? 4) } }
    }
}
