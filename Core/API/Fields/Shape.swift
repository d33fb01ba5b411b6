/// What a JSON value may look like: enough to document it (JSON Schema 2020-12) and to make wrong ones in tests.
package indirect enum Shape: Sendable, Equatable {
    case text(TextShape)
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case boolean
    case choice([String])
    case list(Shape, count: ClosedRange<Int>)
    case object([Member])
    /// An object with names of the client's own.
    case map(Shape)
    case nullable(Shape)
    /// Any JSON value.
    case anything

    /// One member of an object.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var shape: Shape
        package var isRequired: Bool
        /// For the reference; empty when the name says it all.
        package var about: String

        package init(_ name: String, _ shape: Shape, isRequired: Bool = true, about: String = "") {
            self.name = name
            self.shape = shape
            self.isRequired = isRequired
            self.about = about
        }
    }

    package static let id = Shape.text(TextShape(36...36, format: "uuid"))
    package static let time = Shape.text(TextShape(20...30, format: "date-time"))
    package static let plainText = Shape.text(TextShape(0...TextShape.longest))
    package static let count = Shape.integer(0...Int.max)

    /// Without `null`.
    var present: Shape {
        if case .nullable(let shape) = self { return shape.present }
        return self
    }
}

/// Lengths are counted in Unicode scalars, as Postgres counts them.
package struct TextShape: Sendable, Equatable {
    /// Where nothing narrower is promised: a body of a megabyte.
    package static let longest = 1 << 20

    package var length: ClosedRange<Int>
    /// A regular expression that the whole text matches.
    package var pattern: String?
    /// As JSON Schema names it: `uuid`, `date-time`, `uri`, `email`.
    package var format: String?

    package init(_ length: ClosedRange<Int>, pattern: String? = nil, format: String? = nil) {
        self.length = length
        self.pattern = pattern
        self.format = format
    }
}
