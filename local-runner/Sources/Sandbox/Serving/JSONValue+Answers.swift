import Web

/// What answers of providers spell out, and what their clients may write either way.
extension JSONValue {
    /// `nil` becomes `null`.
    static func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    static func count(_ value: Int?) -> JSONValue { value.map { .integer($0) } ?? .null }

    var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
