import Access
package import Web

/// What an answer shows of a value, member by member. Every member is always there; what has no value is null.
///
///     static let answer = Answer<Organization> {
///         $0.field("id", \.id)
///         $0.field("usage", \.usage, Usage.answer)
///     }
package struct Answer<Value: Sendable>: Sendable {
    package private(set) var members: [Shape.Member] = []
    private var writers: [@Sendable (Value) -> [(name: String, json: JSONValue)]] = []

    package init(_ declare: (inout Answer) -> Void) {
        declare(&self)
    }

    package mutating func field<Field: Answerable>(
        _ name: String, _ property: any KeyPath<Value, Field> & Sendable, about: String = ""
    ) {
        field(name, shape: Field.shape, about: about) { $0[keyPath: property].json }
    }

    /// An object within the answer.
    package mutating func field<Field>(
        _ name: String, _ property: any KeyPath<Value, Field> & Sendable, _ answer: Answer<Field>, about: String = ""
    ) {
        field(name, shape: .object(answer.members), about: about) { answer.json($0[keyPath: property]) }
    }

    package mutating func field<Field>(
        _ name: String, _ property: any KeyPath<Value, Field?> & Sendable, _ answer: Answer<Field>, about: String = ""
    ) {
        field(name, shape: .nullable(.object(answer.members)), about: about) {
            $0[keyPath: property].map(answer.json) ?? .null
        }
    }

    package mutating func field<Field>(
        _ name: String, _ property: any KeyPath<Value, [Field]> & Sendable, each answer: Answer<Field>,
        about: String = ""
    ) {
        field(name, shape: .list(.object(answer.members), count: 0...Int.max), about: about) {
            .array($0[keyPath: property].map(answer.json))
        }
    }

    /// Shown in a way of its own.
    package mutating func field(
        _ name: String, shape: Shape, about: String = "", _ json: @escaping @Sendable (Value) -> JSONValue
    ) {
        members.append(Shape.Member(name, shape, about: about))
        writers.append { [(name, json($0))] }
    }

    /// Text that is one of an enumeration's words.
    package mutating func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ property: any KeyPath<Value, String> & Sendable, of type: Word.Type, about: String = ""
    ) {
        field(name, shape: .choice(Word.allCases.map(\.rawValue)), about: about) { .string($0[keyPath: property]) }
    }

    /// JSON as it stands in our own database.
    package mutating func stored(
        _ name: String, _ property: any KeyPath<Value, String> & Sendable, about: String = ""
    ) {
        field(name, shape: .anything, about: about) { .stored($0[keyPath: property]) }
    }

    /// All members of another answer, beside one's own.
    package mutating func include<Part>(_ answer: Answer<Part>, _ property: any KeyPath<Value, Part> & Sendable) {
        members += answer.members
        writers.append { answer.written($0[keyPath: property]) }
    }

    package func json(_ value: Value) -> JSONValue {
        .object(Dictionary(written(value)) { $1 })
    }

    private func written(_ value: Value) -> [(name: String, json: JSONValue)] {
        writers.flatMap { $0(value) }
    }
}
