package import Domain
package import FoundationEssentials
import Postgres

extension KnowledgeStore {
    package func training(of organization: OrganizationID) async throws -> (TrainingStatus, BusinessProfile)? {
        let rows = try await database.pipeline(
            for: organization, [.trainingStatus(of: organization), .businessProfile(of: organization)])
        guard let status = rows[0].first, let profile = rows[1].first else { return nil }
        return (try TrainingStatus(status), try BusinessProfile(profile))
    }

    /// One transaction: profile, items, snapshot. A repeat trains again on the same.
    /// - Throws: `KnowledgeStoreError`.
    package func train(
        _ organization: OrganizationID, on change: BusinessProfile.Change, and items: [KnowledgeItem], ids: IDSource,
        at now: Date
    ) async throws -> TrainingStatus {
        try await Self.refusingForeignItems {
            try await database.transaction(for: organization) { connection in
                let profile = try await Self.change(change, of: organization, at: now, connection)
                let saved = try await connection.pipeline(items.map { .save($0, of: organization, at: now) })
                guard saved.allSatisfy({ !$0.isEmpty }) else { throw KnowledgeStoreError.full }
                let compiled = try KnowledgeTraining.queries(for: profile, of: organization, ids: ids, at: now)
                let trained = try await connection.pipeline(
                    [try .event("knowledge.trained", about: organization.rawValue, of: organization, at: now)]
                        + compiled)
                guard let row = trained.last?.first else { throw KnowledgeStoreError.noOrganization }
                return try TrainingStatus(row)
            }
        }
    }

    private static func change(
        _ change: BusinessProfile.Change, of organization: OrganizationID, at now: Date, _ connection: Connection
    ) async throws -> BusinessProfile {
        guard let row = try await connection.query(.businessProfile(of: organization)).first else {
            throw KnowledgeStoreError.noOrganization
        }
        let profile = try BusinessProfile(row).changed(by: change)
        _ = try await connection.pipeline(try Query.save(profile, of: organization, at: now))
        return profile
    }
}
