package import Web

extension JSONValue {
    /// No text of a client holds U+0000 (CWE-626): the database keeps none, and what is dropped after it was checked is another text
    /// than the one that was checked. Asked of the whole body before anything in it is looked at.
    ///
    /// - Throws: 422 naming the field, as `Form` names it.
    package func refuseNUL(at field: String = "") throws(Fault) {
        switch self {
        case .string(let text):
            guard !text.utf8.contains(0) else { throw .holdsNUL(field) }
        case .array(let values):
            for (index, value) in values.enumerated() { try value.refuseNUL(at: "\(field)[\(index)]") }
        case .object(let members):
            for (name, value) in members {
                guard !name.utf8.contains(0) else { throw .holdsNUL(name.replacing("\0", with: "\\u0000")) }
                try value.refuseNUL(at: field.isEmpty ? name : "\(field).\(name)")
            }
        case .null, .bool, .integer, .number: return
        }
    }
}

extension Fault {
    static func holdsNUL(_ field: String) -> Fault {
        .invalid(String(field.unicodeScalars.prefix(200)), "This must not hold a NUL character.")
    }
}

extension FormFields {
    /// Without U+0000 in any value.
    var withoutNUL: FormFields {
        FormFields(
            fields.map { field in
                field.value.utf8.contains(0)
                    ? (field.name, String(String.UnicodeScalarView(field.value.unicodeScalars.filter { $0 != "\0" })))
                    : field
            })
    }
}
