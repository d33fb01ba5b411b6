import FoundationEssentials

/// Decodes a JSON value into a type and refuses members that the type does not read: a misspelt field is an error that
/// names it, not a setting silently ignored.
///
/// Every failure is a `Fault` that names the field as the client wrote it: `hours.days[2]`.
package enum StrictDecoder {
    package static func decode<Value: Decodable>(_ type: Value.Type, from json: JSONValue) throws(Fault) -> Value {
        do {
            return try ValueDecoder(json, at: []).decode(type)
        } catch let fault as Fault {
            throw fault
        } catch DecodingError.dataCorrupted(let context) {
            throw .notAllowed(context.codingPath)
        } catch {
            throw .malformed("The body does not have the expected form.")
        }
    }
}

/// One value on its way into a type. A class, since the containers note what was read.
final class ValueDecoder: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    /// Names that the type asked for; `nil` until it reads this value as an object.
    private(set) var read: Set<String>?
    private var children: [ValueDecoder] = []

    init(_ json: JSONValue, at path: [any CodingKey]) {
        self.json = json
        codingPath = path
    }

    /// The way every value is read, at the root and within containers.
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        if let scalar = type as? any JSONScalar.Type {
            guard let value = scalar.init(json) as? Value else { throw Fault.wrongType(scalar.expected, codingPath) }
            return value
        }
        let value = try Value(from: self)
        try refuseUnread()
        return value
    }

    func note(_ name: String) {
        read?.insert(name)
    }

    func child(_ json: JSONValue, _ key: any CodingKey) -> ValueDecoder {
        let child = ValueDecoder(json, at: codingPath + [key])
        children.append(child)
        return child
    }

    private func refuseUnread() throws {
        for child in children { try child.refuseUnread() }
        guard let read, let members = json.object else { return }
        guard let unknown = members.keys.filter({ !read.contains($0) }).min() else { return }
        throw Fault.unknown(codingPath + [JSONKey(stringValue: unknown)])
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = json.object else { throw Fault.wrongType("an object", codingPath) }
        read = read ?? []
        return KeyedDecodingContainer(MembersContainer(decoder: self, members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let values = json.array else { throw Fault.wrongType("a list", codingPath) }
        return ElementsContainer(decoder: self, values: values)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        ScalarContainer(decoder: self)
    }
}

struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

extension Fault {
    fileprivate static func wrongType(_ expected: String, _ path: [any CodingKey]) -> Fault {
        path.isEmpty ? .malformed("The body must be \(expected).") : .invalid(path.text, "This must be \(expected).")
    }

    fileprivate static func unknown(_ path: [any CodingKey]) -> Fault {
        .invalid(path.text, "There is no such field here.")
    }

    fileprivate static func notAllowed(_ path: [any CodingKey]) -> Fault {
        path.isEmpty ? .malformed("That value is not allowed.") : .invalid(path.text, "That value is not allowed.")
    }

    static func missing(_ path: [any CodingKey]) -> Fault {
        .invalid(path.text, "This field is required.")
    }
}

extension [any CodingKey] {
    /// `a.b[0].c`, cut where a client invents absurd names.
    fileprivate var text: String {
        let text = reduce(into: "") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text.isEmpty ? "" : ".") + key.stringValue
            }
        }
        return String(text.prefix(200))
    }
}
