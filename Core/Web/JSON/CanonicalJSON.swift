/// The JSON Canonicalization Scheme (RFC 8785): the same value is always the same bytes, so that they can be hashed.
extension JSONValue {
    package var canonical: [UInt8] {
        var text = CanonicalText()
        text.append(self)
        return text.bytes
    }
}

private struct CanonicalText {
    var bytes: [UInt8] = []

    mutating func append(_ value: JSONValue) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .integer(let value): append(number: Double(value))
        case .number(let value): append(number: value)
        case .string(let value): append(string: value)
        case .array(let values): append(array: values)
        case .object(let members): append(object: members)
        }
    }

    private mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    private mutating func append(array values: [JSONValue]) {
        append("[")
        for (position, value) in values.enumerated() {
            if position > 0 { append(",") }
            append(value)
        }
        append("]")
    }

    /// Sorted by UTF-16 code units (RFC 8785, 3.2.3).
    private mutating func append(object members: [String: JSONValue]) {
        append("{")
        let sorted = members.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        for (position, member) in sorted.enumerated() {
            if position > 0 { append(",") }
            append(string: member.key)
            append(":")
            append(member.value)
        }
        append("}")
    }

    /// Only what must be escaped is (3.2.2.2).
    private mutating func append(string text: String) {
        append("\"")
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\\"): append("\\\\")
            case 8: append("\\b")
            case 9: append("\\t")
            case 10: append("\\n")
            case 12: append("\\f")
            case 13: append("\\r")
            case 0..<32: append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
            default: bytes.append(byte)
            }
        }
        append("\"")
    }

    /// As ECMAScript writes numbers (ECMA-262, Number::toString): the shortest digits that read back as the same value.
    private mutating func append(number value: Double) {
        guard value != 0, value.isFinite else { return append("0") }
        let (digits, point) = Self.shortest(value.magnitude)
        if value < 0 { append("-") }
        let count = digits.count
        switch point {
        case count...21: append(digits + String(repeating: "0", count: point - count))
        case 1...21: append(digits.prefix(point) + "." + digits.dropFirst(point))
        case -5...0: append("0." + String(repeating: "0", count: -point) + digits)
        default:
            let exponent = point - 1
            append(digits.prefix(1) + (count > 1 ? "." + digits.dropFirst() : ""))
            append("e" + (exponent < 0 ? "-" : "+") + String(exponent.magnitude))
        }
    }

    /// Swift's description has the same shortest digits in another layout: 0.digits times ten to the `point`.
    private static func shortest(_ value: Double) -> (digits: String, point: Int) {
        let parts = value.description.split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let fraction = mantissa.count > 1 ? mantissa[1] : ""
        let all = mantissa[0] + fraction
        let leading = all.prefix { $0 == "0" }.count
        var digits = String(all.dropFirst(leading))
        while digits.last == "0" { digits.removeLast() }
        return (digits, mantissa[0].count - leading + exponent)
    }
}
