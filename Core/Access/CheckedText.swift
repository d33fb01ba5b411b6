package import Web

/// Text of a length counted as Postgres counts it (Unicode scalars), not only white space where it is required.
package func checkedText(_ text: String, field: String, _ length: ClosedRange<Int>) throws(Fault) -> String {
    guard !text.unicodeScalars.contains("\0") else { throw .invalid(field, "This must not hold a NUL character.") }
    let count = text.unicodeScalars.count
    guard length.contains(count), length.lowerBound == 0 || text.contains(where: { !$0.isWhitespace }) else {
        throw .invalid(
            field,
            count > length.upperBound
                ? "At most \(length.upperBound) characters." : "At least \(length.lowerBound) characters.")
    }
    return text
}
