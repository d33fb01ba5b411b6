package import Domain
package import Postgres

/// One line of a conversation as the model reads it.
package struct PastMessage: Sendable, Equatable {
    package let isFromContact: Bool
    package let text: String
    package let media: [MediaReference]

    package init(_ row: Row) throws(PostgresError) {
        isFromContact = try row["direction"] == "inbound"
        text = try row["body"]
        media = try row.json("media")
    }
}
