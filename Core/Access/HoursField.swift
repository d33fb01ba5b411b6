import Domain
package import Web

/// `business_hours` in a form. `BusinessHours` reads it and names what is wrong inside; the form's decoder passes over it.
package struct HoursField: Decodable {
    package init(from decoder: any Decoder) {}

    /// - Parameter value: as the client sent it.
    /// - Returns: the stored form; `nil` for null.
    package static func checked(_ value: JSONValue) throws(Fault) -> String? {
        guard value != .null else { return nil }
        do {
            return String(decoding: try BusinessHours(json: value.bytes).json, as: UTF8.self)
        } catch {
            throw .invalid(error.field.isEmpty ? "business_hours" : "business_hours.\(error.field)", error.detail)
        }
    }
}
