/// The sort key of the last item of a page, opaque to clients. It grants nothing: the values are only compared with.
package struct Cursor: Sendable, Equatable {
    private static let limit = 512

    package let values: [String]

    package init(_ values: String...) {
        self.values = values
    }

    /// Reads what `text` wrote; `nil` for anything else.
    package init?(reading text: String) {
        guard text.utf8.count <= Self.limit, let bytes = Base64URL.decode(text),
            let json = try? JSONValue(parsing: bytes), let values = json.array, !values.isEmpty
        else { return nil }
        self.values = values.compactMap(\.string)
        guard self.values.count == values.count else { return nil }
    }

    package var text: String {
        Base64URL.encode(JSONValue.array(values.map(JSONValue.string)).bytes)
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
