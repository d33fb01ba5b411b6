package import Domain
package import Postgres

/// One line of a conversation as the model reads it.
package struct PastMessage: Sendable, Equatable {
    package let isFromContact: Bool
    /// A machine wrote it: it is no source of what is written next.
    package let isAutomatic: Bool
    package let text: String
    package let type: MessageType
    package let media: [MediaReference]

    package init(_ row: Row) throws(PostgresError) {
        isFromContact = try row["direction"] == "inbound"
        isAutomatic = try row["author"] == "ai"
        text = try row["body"]
        type = try row.value("type")
        media = try row.json("media")
    }
}
