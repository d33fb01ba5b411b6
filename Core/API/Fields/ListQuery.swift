import Access
package import Domain
package import FoundationEssentials
package import Web

/// `?limit=50&cursor=...` of every list that is ordered by a time and an id.
package struct ListQuery: Sendable {
    package var limit = 25
    /// Where the page before ended.
    package var cursor: ListPosition?

    package init() {}

    package static let form = Form(ListQuery()) { $0.page(\.self) }

    /// The position for a store's query.
    package func after<Owner>() -> (Date, ID<Owner>)? { cursor.map { ($0.time, ID<Owner>($0.id)) } }

    /// From rows read with `limit + 1`.
    package func page<Item>(_ rows: [Item], _ position: (Item) -> Cursor) -> Page<Item> {
        Page(rows, limit: limit, cursor: position)
    }
}

/// A place in a list ordered by a time and an id.
package struct ListPosition: Sendable, Equatable {
    package var time: Date
    package var id: UUID
}

extension Form {
    /// `limit` and `cursor`, beside filters of the list's own.
    package mutating func page(_ query: any WritableKeyPath<Value, ListQuery> & Sendable) {
        member("limit", .integer(1...100), about: "Entries of a page; 25 when absent.") { limit, value in
            value[keyPath: query].limit = limit
        }
        member("cursor", .cursor, about: "`next_cursor` of the page before, unchanged.") { position, value in
            value[keyPath: query].cursor = position
        }
    }
}

extension FieldType where Value == ListPosition {
    static let cursor = FieldType(
        .text(TextShape(1...512)), show: { _ in .null },
        read: { json, field throws(Fault) in
            guard let cursor = json.string.flatMap({ Cursor(reading: $0) }),
                let (time, id) = try? cursor.position() as (Date, ID<Entity.Message>)
            else { throw .invalid(field, "This cursor is not one of ours; start again without it.") }
            return ListPosition(time: time, id: id.rawValue)
        })
}
