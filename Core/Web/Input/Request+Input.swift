extension Request {
    /// The JSON body as it was sent.
    ///
    /// Throws `Fault.unsupportedType` (415), `.tooLarge` (413) or `.malformed` (400).
    package func json(limit: Int) throws(Fault) -> JSONValue {
        let contentType = ContentType.essence(headers["content-type"])
        guard contentType == "application/json" || contentType.hasSuffix("+json") else { throw .unsupportedType }
        guard body.count <= limit else { throw .tooLarge }
        do {
            return try JSONValue(parsing: body)
        } catch {
            throw .malformed(error.description)
        }
    }

    /// The fields of a form body, repeated names included.
    ///
    /// Throws `Fault.unsupportedType` (415), `.tooLarge` (413) or `.malformed` (400).
    package func form(limit: Int = 1 << 18) throws(Fault) -> FormFields {
        guard ContentType.essence(headers["content-type"]) == "application/x-www-form-urlencoded" else {
            throw .unsupportedType
        }
        guard body.count <= limit else { throw .tooLarge }
        guard let fields = FormFields(decoding: body) else { throw .malformed("The form is malformed.") }
        return fields
    }

    /// The query's fields. A reader names those it knows, so that a misspelt filter is an error and not an unfiltered list.
    package func query(knowing names: Set<String>) throws(Fault) -> FormFields {
        guard let fields = FormFields(decoding: rawQuery.utf8) else { throw .malformed("The query is malformed.") }
        for field in fields.fields where !names.contains(field.name) {
            throw .invalid(String(field.name.prefix(100)), "There is no such parameter here.")
        }
        return fields
    }
}
