import FoundationEssentials
package import Store
package import Web

extension OrganizationEvent {
    package var json: JSONValue {
        .object([
            "cursor": .string(position.cursor.text), "type": .string(type),
            "subject_id": .string(subject.uuidString.lowercased()), "data": .stored(data), "at": .time(at),
        ])
    }
}

extension EventPosition {
    package var cursor: Cursor { Cursor(transaction, String(id)) }

    /// Reads a cursor of ours, or `0` for the beginning of what is kept.
    /// - Parameter field: where it was sent.
    package init(cursor text: String, from field: String) throws(Fault) {
        guard text != "0" else {
            self = .start
            return
        }
        guard let values = Cursor(reading: text)?.values, values.count == 2, UInt64(values[0]) != nil,
            let id = Int(values[1])
        else { throw Fault.invalid(field, "This cursor is not one of ours; start again without it.") }
        self.init(transaction: values[0], id: id)
    }
}
