import Web

/// Form fields as Twilio reads them: an empty value counts as absent.
struct Form: Sendable {
    private(set) var fields: FormFields

    init(_ fields: [(name: String, value: String)] = []) {
        self.fields = FormFields(fields)
    }

    /// `nil` when an escape or the UTF-8 behind it is broken, or there are too many fields.
    init?(parsing bytes: some Collection<UInt8>) {
        guard let fields = FormFields(decoding: bytes) else { return nil }
        self.fields = fields
    }

    /// The first value.
    subscript(_ name: String) -> String? {
        fields.all(name).first { !$0.isEmpty }
    }

    func all(_ name: String) -> [String] {
        fields.all(name).filter { !$0.isEmpty }
    }

    mutating func add(_ name: String, _ value: String?) {
        if let value { fields.add(name, value) }
    }

    var encoded: String { fields.encoded }
}

extension Web.Request {
    func postedForm() throws -> Form {
        guard let form = Form(parsing: body) else { throw Fault.malformed("The form is malformed.") }
        return form
    }

    func queryForm() throws -> Form {
        guard let query = Form(parsing: rawQuery.utf8) else { throw Fault.malformed("The query is malformed.") }
        return query
    }
}
