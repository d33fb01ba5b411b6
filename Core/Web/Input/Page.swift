import FoundationEssentials

/// Which part of a list a client wants: `?limit=50&cursor=...`.
package struct PageRequest: Sendable, Equatable {
    package static let names: Set<String> = ["cursor", "limit"]
    private static let limits = 1...100

    package var limit: Int
    /// Where the last page ended; `nil` for the first.
    package var cursor: Cursor?

    package init(limit: Int = 25, cursor: Cursor? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    /// Reads `limit` (1 to 100, 25 when absent) and `cursor`. `parts` is how many values this list's cursor holds.
    package init(_ query: FormFields, parts: Int = 1) throws(Fault) {
        self.init()
        if let text = query["limit"] {
            guard let limit = Int(text), Self.limits.contains(limit) else {
                throw .invalid("limit", "The limit must be a number between 1 and 100.")
            }
            self.limit = limit
        }
        if let text = query["cursor"] {
            guard let cursor = Cursor(reading: text), cursor.values.count == parts else {
                throw .invalid("cursor", "This cursor is not one of ours; start again without it.")
            }
            self.cursor = cursor
        }
    }
}

/// The sort key of the last item of a page, opaque to clients. It grants nothing: the values are only compared with.
package struct Cursor: Sendable, Equatable {
    private static let limit = 512

    package let values: [String]

    package init(_ values: String...) {
        self.values = values
    }

    /// Reads what `text` wrote; `nil` for anything else.
    package init?(reading text: String) {
        guard text.utf8.count <= Self.limit, let bytes = Base64URLText.decode(text),
            let json = try? JSONValue(parsing: bytes), let values = json.array, !values.isEmpty
        else { return nil }
        self.values = values.compactMap(\.string)
        guard self.values.count == values.count else { return nil }
    }

    package var text: String {
        Base64URLText.encode(JSONValue.array(values.map(JSONValue.string)).bytes)
    }
}

/// One page of a list.
package struct Page<Item: Sendable>: Sendable {
    package var items: [Item]
    /// Leads to the next page; `nil` on the last.
    package var next: Cursor?

    package init(items: [Item], next: Cursor? = nil) {
        self.items = items
        self.next = next
    }

    /// From rows read with `limit + 1`: the one too many says that there is a next page.
    package init(_ rows: [Item], limit: Int, cursor: (Item) -> Cursor) {
        items = Array(rows.prefix(limit))
        next = rows.count > limit ? items.last.map(cursor) : nil
    }
}

extension Page: Encodable where Item: Encodable {
    private enum CodingKeys: String, CodingKey {
        case items
        case next = "next_cursor"
    }

    /// `next_cursor` is always there, null on the last page.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(items, forKey: .items)
        try container.encode(next?.text, forKey: .next)
    }
}

/// Base64 without padding in the URL alphabet (RFC 4648 5).
enum Base64URLText {
    static func encode(_ bytes: [UInt8]) -> String {
        String(
            Data(bytes).base64EncodedString().compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    static func decode(_ text: String) -> [UInt8]? {
        let standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map { Array($0) }
    }
}
