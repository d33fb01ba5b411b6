package import FoundationEssentials
package import Web

/// Answers of the API are built as JSON values: snake_case names, ISO 8601 times in UTC, null for what is not there.
extension JSONValue {
    package static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
    package static func count(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
    package static func time(_ value: Date?) -> JSONValue { value.map { .string($0.formatted(.iso8601)) } ?? .null }

    /// JSON of our own database; null if it should not be JSON.
    package static func stored(_ text: String?) -> JSONValue {
        text.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? .null
    }
}

extension Response {
    /// One page of a list: `{"items": [...], "next_cursor": null}`.
    package static func page<Item>(_ page: Page<Item>, _ json: (Item) -> JSONValue) -> Response {
        .json(["items": .array(page.items.map(json)), "next_cursor": .text(page.next?.text)])
    }
}
