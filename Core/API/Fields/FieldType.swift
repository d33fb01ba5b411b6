import Access
package import Domain
import FoundationEssentials
package import Web

/// How one value of a form is read, checked, shown and documented.
package struct FieldType<Value: Sendable>: Sendable {
    package var shape: Shape
    /// - Throws: 422 naming `field`.
    package let read: @Sendable (_ json: JSONValue, _ field: String) throws(Fault) -> Value
    /// How an answer shows the value.
    let show: @Sendable (Value) -> JSONValue

    package init(
        _ shape: Shape, show: @escaping @Sendable (Value) -> JSONValue,
        read: @escaping @Sendable (_ json: JSONValue, _ field: String) throws(Fault) -> Value
    ) {
        self.shape = shape
        self.show = show
        self.read = read
    }

    /// A value that is made of another one: `.text(1...50).as({ Color($0) }, or: "Name a color.")`.
    package func `as`<Other: Sendable>(
        show: @escaping @Sendable (Other) -> Value,
        _ convert: @escaping @Sendable (_ value: Value, _ field: String) throws(Fault) -> Other
    ) -> FieldType<Other> {
        FieldType<Other>(shape, show: { self.show(show($0)) }) { json, field throws(Fault) in
            try convert(try read(json, field), field)
        }
    }

    /// The same with a further rule.
    package func checked(
        _ check: @escaping @Sendable (_ value: Value, _ field: String) throws(Fault) -> Void
    ) -> FieldType {
        FieldType(shape, show: show) { json, field throws(Fault) in
            let value = try read(json, field)
            try check(value, field)
            return value
        }
    }

    package func shaped(_ shape: Shape) -> FieldType {
        var type = self
        type.shape = shape
        return type
    }
}

extension FieldType where Value == String {
    /// Text of a length in Unicode scalars; not only white space where it is required. NUL is refused: Postgres keeps none.
    package static func text(_ length: ClosedRange<Int>) -> FieldType {
        FieldType(.text(TextShape(length)), show: JSONValue.string) { json, field throws(Fault) in
            guard let text = json.string else { throw .mustBe("text", field) }
            return try checkedText(text, field: field, length)
        }
    }

    /// Text that is compared and never stored: nothing in it is refused but its length.
    package static func anyText(atMost length: Int) -> FieldType {
        FieldType(.text(TextShape(0...length)), show: JSONValue.string) { json, field throws(Fault) in
            guard let text = json.string else { throw .mustBe("text", field) }
            guard text.unicodeScalars.count <= length else { throw .invalid(field, "At most \(length) characters.") }
            return text
        }
    }

    /// Text of a form that `isRight` knows and `pattern` documents; `hint` says what is meant.
    package static func text(
        _ length: ClosedRange<Int>, pattern: String, _ hint: String, _ isRight: @escaping @Sendable (String) -> Bool
    ) -> FieldType {
        FieldType.text(length).checked { text, field throws(Fault) in
            guard isRight(text) else { throw .invalid(field, hint) }
        }.shaped(.text(TextShape(length, pattern: "^\(pattern)$")))
    }
}

extension FieldType where Value == Bool {
    package static let boolean = FieldType(.boolean, show: JSONValue.bool) { json, field throws(Fault) in
        guard let value = json.bool else { throw .mustBe("true or false", field) }
        return value
    }
}

extension FieldType where Value == Int {
    /// `5.0` is a whole number too.
    package static func integer(_ range: ClosedRange<Int>) -> FieldType {
        FieldType(.integer(range), show: JSONValue.integer) { json, field throws(Fault) in
            guard let value = json.wholeNumber, range.contains(value) else {
                throw .mustBe("a whole number between \(range.lowerBound) and \(range.upperBound)", field)
            }
            return value
        }
    }
}

extension FieldType where Value == Double {
    package static func number(_ range: ClosedRange<Double>) -> FieldType {
        FieldType(.number(range), show: JSONValue.number) { json, field throws(Fault) in
            guard let value = json.double, range.contains(value) else {
                throw .mustBe("a number between \(range.lowerBound) and \(range.upperBound)", field)
            }
            return value
        }
    }
}

extension FieldType {
    package static func id<Owner>(of what: String) -> FieldType where Value == ID<Owner> {
        FieldType(.id, show: { .string($0.text) }) { json, field throws(Fault) in
            guard let id = json.string.flatMap({ ID<Owner>($0) }) else { throw .mustBe("the id of a \(what)", field) }
            return id
        }
    }

    /// One word of a fixed set.
    package static func choice(_ names: String...) -> FieldType where Value == String {
        FieldType(.choice(names), show: JSONValue.string) { json, field throws(Fault) in
            guard let text = json.string, names.contains(text) else { throw .notOneOf(names, field) }
            return text
        }
    }

    package static func word() -> FieldType where Value: RawRepresentable<String> & CaseIterable {
        let names = Value.allCases.map(\.rawValue)
        return FieldType(.choice(names), show: { .string($0.rawValue) }) { json, field throws(Fault) in
            guard let value = json.string.flatMap({ Value(rawValue: $0) }) else { throw .notOneOf(names, field) }
            return value
        }
    }

    package static func list<Element: Sendable>(
        of type: FieldType<Element>, _ count: ClosedRange<Int>
    ) -> FieldType where Value == [Element] {
        FieldType(
            .list(type.shape, count: count), show: { .array($0.map(type.show)) },
            read: { json, field throws(Fault) in
                guard let values = json.array else { throw .mustBe("a list", field) }
                guard count.contains(values.count) else {
                    throw .invalid(
                        field,
                        values.count > count.upperBound
                            ? "At most \(count.upperBound) entries." : "At least \(count.lowerBound) entries.")
                }
                var read: [Element] = []
                for (index, value) in values.enumerated() { read.append(try type.read(value, "\(field)[\(index)]")) }
                return read
            })
    }

    package static func object(_ form: Form<Value>) -> FieldType {
        FieldType(.object(form.members), show: { _ in .null }) { json, field throws(Fault) in
            try form.read(json, at: field)
        }
    }
}

extension FieldType where Value == String {
    /// ISO 3166-1 alpha-2.
    package static let country = FieldType.text(
        2...2, pattern: "[A-Z]{2}", "A country is two capital letters (ISO 3166-1), like US."
    ) { $0.utf8.allSatisfy { (65...90).contains($0) } }

    /// A whole address of a page, or nothing.
    package static func webAddress(_ length: ClosedRange<Int>) -> FieldType {
        .text(length).checked { text, field throws(Fault) in
            let plain = text.lowercased()
            guard text.isEmpty || plain.hasPrefix("https://") || plain.hasPrefix("http://"),
                !text.contains(where: \.isWhitespace)
            else { throw .invalid(field, "Write a whole address, like https://example.com.") }
        }
    }

    /// Business hours; the value is the JSON that `BusinessHours` writes.
    package static let businessHours = FieldType(
        .map(.anything),
        show: { (try? JSONValue(parsing: Array($0.utf8))) ?? .null },
        read: { json, field throws(Fault) in
            do throws(BusinessHoursError) {
                return String(decoding: try BusinessHours(json: json.bytes).json, as: UTF8.self)
            } catch {
                throw .invalid(error.field.isEmpty ? field : "\(field).\(error.field)", error.detail)
            }
        })
}

extension Fault {
    static func mustBe(_ what: String, _ field: String) -> Fault {
        field.isEmpty ? .malformed("The body must be \(what).") : .invalid(field, "This must be \(what).")
    }

    static func notOneOf(_ names: [String], _ field: String) -> Fault {
        .invalid(
            field, "Say \(names.count > 1 ? names.dropLast().joined(separator: ", ") + " or " : "")\(names.last ?? "")."
        )
    }
}

extension JSONValue {
    var wholeNumber: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }

    var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
