package import Web

/// What an endpoint takes beside its path: members of a JSON body, of the query, or nothing.
package struct Input<Value: Sendable>: Sendable {
    package enum Body: Sendable, Equatable {
        case none
        /// `isOptional`: an empty body stands for an object without members.
        case json([Shape.Member], isOptional: Bool)
        case form([Shape.Member])
        /// Bytes with a content type of their own.
        case bytes
    }

    package var body: Body
    package var query: [Shape.Member]
    let read: @Sendable (_ request: Request, _ bodyLimit: Int) throws -> Value
}

extension Input {
    package static func body(_ form: Form<Value>, isOptional: Bool = false) -> Input {
        Input(body: .json(form.members, isOptional: isOptional), query: []) { request, limit in
            try request.refuseQuery()
            return try form.read(request, limit, isOptional: isOptional)
        }
    }

    package static func query(_ form: Form<Value>) -> Input {
        Input(body: .none, query: form.members) { request, _ in try form.read(query: try request.queryFields()) }
    }

    package static func both<Sent, Asked>(_ body: Form<Sent>, query: Form<Asked>) -> Input
    where Value == (Sent, Asked) {
        Input(body: .json(body.members, isOptional: false), query: query.members) { request, limit in
            (try body.read(request, limit, isOptional: false), try query.read(query: try request.queryFields()))
        }
    }

    /// A file as the body, with parameters in the query; the handler reads `request.body`.
    package static func bytes(query form: Form<Value>) -> Input {
        Input(body: .bytes, query: form.members) { request, limit in
            guard request.body.count <= limit else { throw Fault.tooLarge }
            return try form.read(query: try request.queryFields())
        }
    }

    /// A provider's `application/x-www-form-urlencoded` body, of which `members` are read. A provider adds fields when it
    /// likes, so the others are passed over.
    package static func providerForm(
        _ members: [Shape.Member], _ read: @escaping @Sendable (FormFields, Request) throws -> Value
    ) -> Input {
        Input(body: .form(members), query: []) { request, limit in
            // A customer's message is not refused for what its provider let through; it is the text that the rest of Parley sees.
            try read(try request.form(limit: limit).withoutNUL, request)
        }
    }
}

extension Input where Value == Void {
    /// Neither query nor body. A body that is sent all the same is passed over, a query parameter is refused.
    package static var nothing: Input { Input(body: .none, query: []) { request, _ in try request.refuseQuery() } }
}

extension Form {
    fileprivate func read(_ request: Request, _ limit: Int, isOptional: Bool) throws -> Value {
        if isOptional, request.body.isEmpty { return try read(.object([:])) }
        let json = try request.json(limit: limit)
        try json.refuseNUL()
        return try read(json)
    }
}

extension Request {
    fileprivate func queryFields() throws(Fault) -> FormFields {
        guard let fields = FormFields(decoding: rawQuery.utf8) else { throw .malformed("The query is malformed.") }
        for field in fields.fields { try JSONValue.string(field.value).refuseNUL(at: field.name) }
        return fields
    }

    fileprivate func refuseQuery() throws(Fault) {
        _ = try query(knowing: [])
    }
}
