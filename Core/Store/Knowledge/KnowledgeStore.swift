package import Domain
package import FoundationEssentials
package import Postgres

/// What an organization's assistant knows: its items, the business profile, and training.
package struct KnowledgeStore: Sendable {
    let database: Database

    package init(database: Database) {
        self.database = database
    }

    /// Newest first.
    package func list(
        of organization: OrganizationID, after: (Date, KnowledgeItemID)?, limit: Int
    ) async throws -> [ListedKnowledgeItem] {
        let rows = try await database.pipeline(
            for: organization, [.knowledgePage(of: organization, after: after, limit: limit)])
        return try rows[0].map { ListedKnowledgeItem(item: try KnowledgeItem($0), createdAt: try $0["created_at"]) }
    }

    /// Writes an item, or replaces the one with its id.
    /// - Throws: `KnowledgeStoreError`.
    package func save(_ item: KnowledgeItem, of organization: OrganizationID, at now: Date) async throws {
        let rows = try await Self.refusingForeignItems {
            try await database.pipeline(for: organization, [.save(item, of: organization, at: now)])
        }
        guard !rows[0].isEmpty else { throw KnowledgeStoreError.full }
    }

    /// - Throws: `KnowledgeStoreError.noItem` also for one that was deleted before.
    package func delete(_ item: KnowledgeItemID, of organization: OrganizationID) async throws {
        let rows = try await database.pipeline(for: organization, [.delete(item)])
        guard !rows[0].isEmpty else { throw KnowledgeStoreError.noItem }
    }

    /// The id of an item of another organization is one that can't be had: row-level security refuses it (42501).
    static func refusingForeignItems<Result>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as PostgresError where error.sqlState == "42501" {
            throw KnowledgeStoreError.noItem
        }
    }
}

package struct ListedKnowledgeItem: Sendable, Equatable {
    package var item: KnowledgeItem
    package var createdAt: Date
}

package enum KnowledgeStoreError: Error, Equatable {
    /// The organization has as many items as it may.
    case full
    case noItem, noOrganization
}
