extension OpenAPI {
    /// One operation of a document.
    package struct Operation: Sendable {
        package let method: String
        package let path: String
        package let json: JSONValue

        package var declaration: String { "\(method) \(path)" }
    }

    /// By path, then method.
    package static func operations(in document: JSONValue) -> [Operation] {
        (document["paths"]?.object ?? [:]).sorted { $0.key < $1.key }.flatMap { path, item in
            (item.object ?? [:]).sorted { $0.key < $1.key }.map {
                Operation(method: $0.key.uppercased(), path: path, json: $0.value)
            }
        }
    }
}
