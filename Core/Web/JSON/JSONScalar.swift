import FoundationEssentials

/// A type that is read from one JSON value as a whole.
protocol JSONScalar {
    /// `nil` when the value has another type or does not fit.
    init?(_ json: JSONValue)
    /// Completes "This must be ...".
    static var expected: String { get }
}

extension Bool: JSONScalar {
    init?(_ json: JSONValue) {
        guard let value = json.bool else { return nil }
        self = value
    }
    static var expected: String { "true or false" }
}

extension String: JSONScalar {
    init?(_ json: JSONValue) {
        guard let text = json.string else { return nil }
        self = text
    }
    static var expected: String { "text" }
}

extension Double: JSONScalar {
    init?(_ json: JSONValue) {
        switch json {
        case .integer(let value): self = Double(value)
        case .number(let value): self = value
        default: return nil
        }
    }
    static var expected: String { "a number" }
}

/// `5.0` is a whole number too; what does not fit the type is refused.
extension JSONScalar where Self: FixedWidthInteger {
    init?(_ json: JSONValue) {
        switch json {
        case .integer(let value): self.init(exactly: value)
        case .number(let value): self.init(exactly: value)
        default: return nil
        }
    }
    static var expected: String { "a whole number between \(Self.min) and \(Self.max)" }
}

extension Int: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}

/// ISO 8601 with or without fractions of a second.
extension Date: JSONScalar {
    init?(_ json: JSONValue) {
        guard let text = json.string else { return nil }
        let format = Date.ISO8601FormatStyle(includingFractionalSeconds: text.contains("."))
        guard let date = try? format.parse(text) else { return nil }
        self = date
    }
    static var expected: String { "a time such as 2026-12-24T08:30:00Z" }
}

extension Data: JSONScalar {
    init?(_ json: JSONValue) {
        guard let text = json.string, let data = Data(base64Encoded: text) else { return nil }
        self = data
    }
    static var expected: String { "base64" }
}

extension UUID: JSONScalar {
    init?(_ json: JSONValue) {
        guard let text = json.string, let value = UUID(uuidString: text) else { return nil }
        self = value
    }
    static var expected: String { "an id" }
}
