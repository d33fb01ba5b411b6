import Access
package import Store
import Web

extension FieldType<EventPosition> {
    /// A place in an organization's log, as a cursor.
    package static let eventPosition = FieldType(
        .text(TextShape(1...512)), show: { .string($0.cursor.text) },
        read: { json, field throws(Fault) in
            guard let text = json.string else { throw .invalid(field, "This must be text.") }
            return try EventPosition(cursor: text, from: field)
        })
}
