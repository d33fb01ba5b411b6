/// A JSON document as a value (RFC 8259). Read by `JSONParser`; numbers that fit are kept as integers.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads one document and nothing after it.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        var parser = JSONParser(bytes)
        self = try parser.document()
    }

    /// The member of an object; `nil` when it is absent, null, or this is no object.
    package subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self, let value = members[name], value != .null else { return nil }
        return value
    }

    package var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    package var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    package var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var array: [JSONValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    package var object: [String: JSONValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

/// Why bytes are no JSON. Safe to show: it never repeats what was sent.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case syntax, encoding, depth, duplicateName, number, unfinished
    }

    package let code: Code
    /// Byte offset from the start of the document.
    package let offset: Int

    package var description: String {
        switch code {
        case .syntax: "The JSON is malformed at byte \(offset)."
        case .encoding: "The JSON holds text that is no valid Unicode at byte \(offset)."
        case .depth: "The JSON is nested too deeply."
        case .duplicateName: "The JSON repeats a name within one object at byte \(offset)."
        case .number: "The JSON holds a number that is out of range at byte \(offset)."
        case .unfinished: "The JSON ends too early."
        }
    }
}
