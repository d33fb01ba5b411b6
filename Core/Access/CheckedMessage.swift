package import Web

/// A message a person sends: one provider message, never cut silently. The limit is Twilio's (fact sheet `twilio.md`),
/// counted in UTF-16 units, which no other count exceeds.
package func checkedMessage(_ text: String, field: String, limit: Int = 1_600) throws(Fault) -> String {
    guard text.utf16.count <= limit else { throw .invalid(field, "At most \(limit) characters.") }
    return try checkedText(text, field: field, 1...limit)
}
