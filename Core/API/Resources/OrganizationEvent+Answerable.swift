import Access
package import Store
import Web

/// The JSON itself is written in Access, which the event stream shares.
extension OrganizationEvent: Answerable {
    package static let shape = Shape.object([
        Shape.Member("cursor", .text(TextShape(1...512)), about: "Goes on after this event."),
        Shape.Member("type", .plainText),
        Shape.Member("subject_id", .id, about: "What it is about; its type says what kind of thing that is."),
        Shape.Member("data", .map(.anything), about: "Ids and states, no contents."),
        Shape.Member("at", .time),
    ])
}
