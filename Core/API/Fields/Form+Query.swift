import Web

/// A query is read by the same forms as a body: each value is text, which becomes what the member's shape says.
extension Form {
    func read(query fields: FormFields) throws(Fault) -> Value {
        var sent: [String: JSONValue] = [:]
        for field in fields.fields {
            guard let member = members.first(where: { $0.name == field.name }) else {
                throw .invalid(String(field.name.unicodeScalars.prefix(100)), "There is no such parameter here.")
            }
            // The first of a repeated name counts.
            if sent[field.name] == nil { sent[field.name] = member.shape.value(of: field.value) }
        }
        return try read(.object(sent))
    }
}

extension Shape {
    /// What a client means by a text in a place of this shape; text that means nothing there stays text and is refused.
    fileprivate func value(of text: String) -> JSONValue {
        switch present {
        case .integer, .number: Int(text).map(JSONValue.integer) ?? Double(text).map(JSONValue.number) ?? .string(text)
        case .boolean: ["true": .bool(true), "false": .bool(false)][text] ?? .string(text)
        default: .string(text)
        }
    }
}
