package import Postgres

/// The columns of an aggregate, declared once: what is selected, how a row is read, and what a change may set.
package struct Columns<Root: Sendable>: Sendable {
    package let all: [Column<Root>]

    package init(_ all: [Column<Root>]) {
        self.all = all
    }

    /// `id, name, ...` for a select list or `returning`.
    package var list: String { all.map(\.name).joined(separator: ", ") }

    /// `organizations.id, organizations.name, ...`
    package func list(of table: String) -> String {
        all.map { "\(table).\($0.name)" }.joined(separator: ", ")
    }

    package func read(_ row: Row, into value: Root) throws(PostgresError) -> Root {
        var value = value
        for column in all { try column.read(row, &value) }
        return value
    }

    func column(of property: PartialKeyPath<Root>) -> String? {
        all.first { $0.property == property }?.name
    }
}

package struct Column<Root: Sendable>: Sendable {
    package let name: String
    fileprivate let property: any PartialKeyPath<Root> & Sendable
    fileprivate let read: @Sendable (Row, inout Root) throws(PostgresError) -> Void

    package init<Value: RowDecodable>(_ name: String, _ property: any WritableKeyPath<Root, Value> & Sendable) {
        self.name = name
        self.property = property
        read = { row, root throws(PostgresError) in root[keyPath: property] = try row[name] }
    }

    package init<Value: RowDecodable>(_ name: String, _ property: any WritableKeyPath<Root, Value?> & Sendable) {
        self.name = name
        self.property = property
        read = { row, root throws(PostgresError) in root[keyPath: property] = try row[name] }
    }

    /// A word of a fixed set.
    package init<Value: RawRepresentable<String> & SendableMetatype>(
        word name: String, _ property: any WritableKeyPath<Root, Value> & Sendable
    ) {
        self.name = name
        self.property = property
        read = { row, root throws(PostgresError) in
            guard let value = Value(rawValue: try row[name]) else {
                throw PostgresError.decoding("column \(name) is no \(Value.self)")
            }
            root[keyPath: property] = value
        }
    }
}

/// Rows of one table that are read and changed as a whole.
package protocol Aggregate: Sendable {
    static var columns: Columns<Self> { get }
}

/// What a client wants changed of an aggregate; properties that are not named stay as they are.
package struct Change<Root: Aggregate>: Sendable, Equatable {
    package private(set) var assignments: [Assignment] = []

    package struct Assignment: Sendable, Equatable {
        package let column: String
        package let value: Bind
    }

    package init() {}

    package var isEmpty: Bool { assignments.isEmpty }

    /// The last value that was set for a property counts. One without a column is a mistake of ours.
    package mutating func set<Value: Bindable>(_ property: KeyPath<Root, Value>, to value: Value) {
        guard let column = Root.columns.column(of: property) else { preconditionFailure("no column of \(property)") }
        assignments.removeAll { $0.column == column }
        assignments.append(Assignment(column: column, value: value.bind))
    }

    /// What is to be written; `nil` when the property stays.
    package subscript(_ property: PartialKeyPath<Root>) -> String? {
        guard let column = Root.columns.column(of: property) else { return nil }
        return assignments.first { $0.column == column }?.value.text
    }
}

extension Query.Interpolation {
    /// `name = $1, website = $2, `: to stand in front of what is always set.
    package mutating func appendInterpolation<Root>(set change: Change<Root>) {
        for assignment in change.assignments {
            appendLiteral("\(assignment.column) = ")
            appendInterpolation(assignment.value)
            appendLiteral(", ")
        }
    }
}

extension Bind: Bindable {
    package var bind: Bind { self }
}
