import Web

/// A query is read by the same forms as a body: each value is text, which becomes what the member's shape says.
extension Form {
    func read(query fields: FormFields) throws(Fault) -> Value {
        var sent: [String: JSONValue] = [:]
        for field in fields.fields {
            guard let member = members.first(where: { $0.name == field.name }) else {
                throw .invalid(String(field.name.unicodeScalars.prefix(100)), "There is no such parameter here.")
            }
            guard sent[field.name] == nil else { throw .invalid(field.name, "This is given more than once.") }
            sent[field.name] = member.shape.value(of: field.value)
        }
        return try read(.object(sent))
    }
}

extension Shape {
    /// What a client means by a text in a place of this shape; text that means nothing there stays text and is refused.
    fileprivate func value(of text: String) -> JSONValue {
        switch present {
        case .integer, .number: .number(of: text) ?? .string(text)
        case .boolean: ["true": .bool(true), "false": .bool(false)][text] ?? .string(text)
        default: .string(text)
        }
    }
}

extension JSONValue {
    /// A number as JSON writes it (RFC 8259, section 6): neither `0x10` nor ` 1` nor `+1`.
    fileprivate static func number(of text: String) -> JSONValue? {
        guard text.utf8.allSatisfy({ !" \t\r\n".utf8.contains($0) }),
            let value = try? JSONValue(parsing: Array(text.utf8))
        else { return nil }
        switch value {
        case .integer, .number: return value
        default: return nil
        }
    }
}
