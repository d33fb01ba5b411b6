package import Web

/// The members that a body (or a query) may have, and how they become a value. Anything else is refused by name.
///
///     static let form = Form(OrganizationChange()) {
///         $0.optional("name", \.name, .text(1...200))
///     }
package struct Form<Value: Sendable>: Sendable {
    /// In the order they are read and documented.
    package private(set) var members: [Shape.Member] = []
    private let initial: @Sendable () -> Value
    private var readers: [Reader] = []
    private var rules: [Rule] = []

    private typealias Rule = @Sendable (Value) throws(Fault) -> Void
    /// Reads one member into the value; `nil` when the client did not send it.
    private typealias Reader = @Sendable (_ sent: JSONValue?, _ field: String, inout Value) throws(Fault) -> Void

    package init(
        _ initial: @escaping @autoclosure @Sendable () -> Value, _ declare: (inout Form) -> Void = { _ in }
    ) {
        self.initial = initial
        declare(&self)
    }

    package mutating func required<Field>(
        _ name: String, _ property: any WritableKeyPath<Value, Field> & Sendable, _ type: FieldType<Field>,
        about: String = ""
    ) {
        add(name, type.shape, isRequired: true, about) { sent, field, value throws(Fault) in
            guard let sent else { throw .invalid(field, "This field is required.") }
            value[keyPath: property] = try type.read(sent, field)
        }
    }

    /// Absent or null: the property keeps its initial value.
    package mutating func optional<Field>(
        _ name: String, _ property: any WritableKeyPath<Value, Field> & Sendable, _ type: FieldType<Field>,
        about: String = ""
    ) {
        add(name, .nullable(type.shape), isRequired: false, about) { sent, field, value throws(Fault) in
            if let sent, sent != .null { value[keyPath: property] = try type.read(sent, field) }
        }
    }

    /// Absent or null: nil.
    package mutating func optional<Field>(
        _ name: String, _ property: any WritableKeyPath<Value, Field?> & Sendable, _ type: FieldType<Field>,
        about: String = ""
    ) {
        add(name, .nullable(type.shape), isRequired: false, about) { sent, field, value throws(Fault) in
            if let sent, sent != .null { value[keyPath: property] = try type.read(sent, field) }
        }
    }

    /// Three cases: absent stays as it is, null takes the value away, anything else sets it.
    package mutating func clearable<Field>(
        _ name: String, _ property: any WritableKeyPath<Value, Field??> & Sendable, _ type: FieldType<Field>,
        about: String = ""
    ) {
        add(name, .nullable(type.shape), isRequired: false, about) { sent, field, value throws(Fault) in
            guard let sent else { return }
            value[keyPath: property] = .some(sent == .null ? nil : try type.read(sent, field))
        }
    }

    /// What members must be together; throws a fault that names one of them.
    package mutating func rule(_ check: @escaping @Sendable (Value) throws(Fault) -> Void) {
        rules.append(check)
    }

    /// A member that is taken in another way than by setting one property.
    package mutating func member<Field>(
        _ name: String, _ type: FieldType<Field>, about: String = "",
        take: @escaping @Sendable (Field, inout Value) -> Void
    ) {
        add(name, .nullable(type.shape), isRequired: false, about) { sent, field, value throws(Fault) in
            if let sent, sent != .null { take(try type.read(sent, field), &value) }
        }
    }

    /// Makes a declared member a required one.
    package mutating func require(_ name: String) {
        guard let index = members.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("no member \(name)")
        }
        members[index].isRequired = true
        members[index].shape = members[index].shape.present
        let reader = readers[index]
        readers[index] = { sent, field, value throws(Fault) in
            guard let sent, sent != .null else { throw .invalid(field, "This field is required.") }
            try reader(sent, field, &value)
        }
    }

    private mutating func add(
        _ name: String, _ shape: Shape, isRequired: Bool, _ about: String, _ reader: @escaping Reader
    ) {
        members.append(Shape.Member(name, shape, isRequired: isRequired, about: about))
        readers.append(reader)
    }

    /// - Parameter field: where the object stands in the body; empty for the body itself.
    package func read(_ json: JSONValue, at field: String = "") throws(Fault) -> Value {
        guard let sent = json.object else { throw .mustBe("an object", field) }
        var value = initial()
        let path = field.isEmpty ? "" : field + "."
        for (member, reader) in zip(members, readers) { try reader(sent[member.name], path + member.name, &value) }
        if let unknown = sent.keys.filter({ name in !members.contains { $0.name == name } }).min() {
            throw .invalid(String((path + unknown).unicodeScalars.prefix(200)), "There is no such field here.")
        }
        for rule in rules { try rule(value) }
        return value
    }
}

extension Form where Value == Void {
    /// No members at all.
    package static var empty: Form<Void> { Form(()) }
}
