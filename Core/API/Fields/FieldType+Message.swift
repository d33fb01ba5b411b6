import Web

extension FieldType where Value == String {
    /// What a person writes to a customer: one message of the provider, never cut silently.
    ///
    /// - Parameter limit: UTF-16 units, which no provider's count exceeds.
    package static func message(_ limit: Int) -> FieldType {
        FieldType.text(1...limit).checked { text, field throws(Fault) in
            guard text.utf16.count <= limit else { throw .invalid(field, "At most \(limit) characters.") }
        }
    }
}
