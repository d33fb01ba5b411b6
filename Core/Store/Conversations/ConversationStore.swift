package import Domain
package import FoundationEssentials
package import Postgres

/// What people change about a conversation without answering in it.
package struct ConversationStore: Sendable {
    private let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// The conversation as it is then; `nil` when the organization has no such one. The same status again changes nothing.
    package func setStatus(
        _ id: ConversationID, of organization: OrganizationID, _ status: ConversationRecord.Status, at now: Date
    ) async throws -> ConversationView? {
        let rows = try await database.pipeline(
            for: organization,
            [
                .setStatus(id, status, at: now),
                """
                select \(unescaped: ConversationView.columns) from conversations c \(unescaped: ConversationView.joins)
                where c.id = \(id)
                """,
            ])
        return try rows[1].first.map(ConversationView.init(row:))
    }
}
