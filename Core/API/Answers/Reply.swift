import Access
package import Web

/// The answer of an endpoint that went well: its status, its form, and how a value becomes it.
package struct Reply<Value: Sendable>: Sendable {
    package enum Content: Sendable, Equatable {
        case nothing
        case json(Shape)
        /// Media types; `*/*` when it is whatever was stored.
        case bytes([String])
        /// JSON, or one of these media types when the request asks for it.
        case jsonOrBytes(Shape, [String])
    }

    package var status: Int
    package var content: Content
    let response: @Sendable (Value) throws -> Response

    package init(
        status: Int, content: Content, response: @escaping @Sendable (Value) throws -> Response
    ) {
        self.status = status
        self.content = content
        self.response = response
    }

    package static func one(_ answer: Answer<Value>, status: Int = 200) -> Reply {
        Reply(status: status, content: .json(.object(answer.members))) {
            .json(answer.json($0), status: status)
        }
    }

    /// 202: it will be done; the answer says what is known now.
    package static func accepted(_ answer: Answer<Value>) -> Reply { .one(answer, status: 202) }

    /// 201 with the address of what was made.
    package static func created(
        _ answer: Answer<Value>, at location: @escaping @Sendable (Value) -> String
    ) -> Reply {
        Reply(status: 201, content: .json(.object(answer.members))) { value in
            var response = Response.json(answer.json(value), status: 201)
            response.headers.add("location", location(value))
            return response
        }
    }

    /// `{"items": [...], "next_cursor": null}`
    package static func page<Item>(of answer: Answer<Item>) -> Reply where Value == Page<Item> {
        Reply(status: 200, content: .json(Shape.page(of: answer.members))) { .page($0, answer.json) }
    }

    /// A list that is always whole, in the form of a page.
    package static func list<Item>(of answer: Answer<Item>) -> Reply where Value == [Item] {
        Reply(status: 200, content: .json(Shape.page(of: answer.members))) {
            .page(Page(items: $0), answer.json)
        }
    }

    /// Bytes that the handler answers with itself: a file, a picture, a page.
    package static func bytes(_ types: String...) -> Reply where Value == Response {
        Reply(status: 200, content: .bytes(types)) { $0 }
    }

    /// JSON, or another form of the same when the request asks for it.
    package static func one<Shown>(
        _ answer: Answer<Shown>, or types: String...
    ) -> Reply where Value == Representation<Shown> {
        Reply(status: 200, content: .jsonOrBytes(.object(answer.members), types)) { value in
            switch value {
            case .shown(let shown): .json(answer.json(shown))
            case .other(let response): response
            }
        }
    }

    /// The same with something on the response that stands beside its body.
    package func adding(_ change: @escaping @Sendable (Value, inout Response) -> Void) -> Reply {
        Reply(status: status, content: content) { value in
            var response = try self.response(value)
            change(value, &response)
            return response
        }
    }
}

/// A value as JSON, or as the handler wrote it.
package enum Representation<Shown: Sendable>: Sendable {
    case shown(Shown)
    case other(Response)
}

extension Reply where Value == Void {
    package static var nothing: Reply { Reply(status: 204, content: .nothing) { _ in .noContent } }
}

extension Shape {
    fileprivate static func page(of members: [Member]) -> Shape {
        .object([
            Member("items", .list(.object(members), count: 0...Int.max)),
            Member("next_cursor", .nullable(.text(TextShape(1...512))), about: "Null on the last page."),
        ])
    }
}
