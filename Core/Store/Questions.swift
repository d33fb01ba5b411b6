package import Postgres

/// Statements that travel together. Who asks one is handed the place of its answer: nobody counts positions.
package struct Questions: Sendable {
    package private(set) var queries: [Query] = []

    /// Where the answer to a statement stands.
    package struct Place: Sendable {
        fileprivate let index: Int
    }

    package init() {}

    package mutating func ask(_ query: Query) -> Place {
        queries.append(query)
        return Place(index: queries.count - 1)
    }

    /// Statements whose answers nobody reads.
    package mutating func write(_ more: [Query]) { queries += more }
}

/// The rows of each statement of a round trip.
package struct Answers: Sendable {
    package private(set) var rows: [[Row]]

    package init(_ rows: [[Row]]) { self.rows = rows }

    package subscript(_ place: Questions.Place) -> [Row] {
        get { rows[place.index] }
        set { rows[place.index] = newValue }
    }
}
