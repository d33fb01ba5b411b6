package import Domain
package import FoundationEssentials
package import Postgres

/// Whether the assistant was trained on what the business wrote, and when.
package struct TrainingStatus: Sendable, Equatable {
    package var isModelTrained: Bool
    package var lastTrainedAt: Date?
    /// The newest snapshot's number; 0 before the first training.
    package var snapshot: Int
    package var items: Int

    package init(isModelTrained: Bool, lastTrainedAt: Date?, snapshot: Int, items: Int) {
        self.isModelTrained = isModelTrained
        self.lastTrainedAt = lastTrainedAt
        self.snapshot = snapshot
        self.items = items
    }
}

extension Query {
    /// The business profile: columns of the organization and of its knowledge. One row for every organization.
    package static func businessProfile(of organization: OrganizationID) -> Query {
        """
        select name, description, industry, website, coalesce(owner_name, '') as owner_name,
            coalesce(phone_number, '') as phone_number, coalesce(goals, '') as goals,
            coalesce(target_audience, '') as target_audience, coalesce(products, '[]')::text as products
        from organizations left join knowledge on knowledge.organization_id = organizations.id
        where organizations.id = \(organization)
        """
    }

    /// Two statements: the organization's own columns, and the rest. What was trained stays trained until the next training.
    package static func save(
        _ profile: BusinessProfile, of organization: OrganizationID, at now: Date
    ) throws -> [Query] {
        let products = String(decoding: try JSONEncoder().encode(profile.products), as: UTF8.self)
        return [
            """
            update organizations set name = \(profile.name), description = \(profile.description),
                industry = \(profile.industry), website = \(profile.website), updated_at = \(now)
            where id = \(organization)
            """,
            """
            insert into knowledge (organization_id, owner_name, phone_number, goals, target_audience, products, updated_at)
            values (\(organization), \(profile.ownerName), \(profile.phoneNumber), \(profile.goals),
                \(profile.targetAudience), \(products)::jsonb, \(now))
            on conflict (organization_id) do update
            set owner_name = excluded.owner_name, phone_number = excluded.phone_number, goals = excluded.goals,
                target_audience = excluded.target_audience, products = excluded.products, updated_at = excluded.updated_at
            """,
        ]
    }

    package static func trainingStatus(of organization: OrganizationID) -> Query {
        """
        select coalesce(is_model_trained, false) as is_model_trained, last_trained_at, coalesce(snapshot, 0) as snapshot,
            (select count(*) from knowledge_items where knowledge_items.organization_id = organizations.id) as items
        from organizations left join knowledge on knowledge.organization_id = organizations.id
        where organizations.id = \(organization)
        """
    }

    /// Newest first.
    package static func knowledgeItems(of organization: OrganizationID, limit: Int = 200) -> Query {
        """
        select id, title, body, array_to_string(tags, E'\\x1f') as tags, source, source_name
        from knowledge_items where organization_id = \(organization)
        order by created_at desc, id desc limit \(min(max(limit, 1), 2000))
        """
    }

    /// Writes an item, or replaces the one with its id. No row: the organization has as many as it may (2,000).
    package static func save(_ item: KnowledgeItem, of organization: OrganizationID, at now: Date) -> Query {
        """
        insert into knowledge_items (id, organization_id, title, body, tags, source, source_name, created_at, updated_at)
        select \(item.id), \(organization), \(item.title), \(item.body), \(array: item.tags)::text[], \(item.source),
            \(item.sourceName), \(now), \(now)
        where (select count(*) from knowledge_items where organization_id = \(organization) and id <> \(item.id))
            < knowledge_limit()
        on conflict (organization_id, id) do update
        set title = excluded.title, body = excluded.body, tags = excluded.tags, source = excluded.source,
            source_name = excluded.source_name, updated_at = excluded.updated_at
        returning id
        """
    }

    package static func delete(_ item: KnowledgeItemID) -> Query {
        "delete from knowledge_items where id = \(item) returning id"
    }
}

extension BusinessProfile {
    package init(_ row: Row) throws {
        let products: String = try row["products"]
        self.init(
            name: try row["name"], description: try row["description"], industry: try row["industry"],
            website: try row["website"], ownerName: try row["owner_name"], phoneNumber: try row["phone_number"],
            goals: try row["goals"], targetAudience: try row["target_audience"],
            products: try JSONDecoder().decode([Product].self, from: Data(products.utf8)))
    }
}

extension TrainingStatus {
    package init(_ row: Row) throws(PostgresError) {
        self.init(
            isModelTrained: try row["is_model_trained"], lastTrainedAt: try row["last_trained_at"],
            snapshot: try row["snapshot"], items: try row["items"])
    }
}

extension KnowledgeItem {
    package init(_ row: Row) throws(PostgresError) {
        let tags: String = try row["tags"]
        self.init(
            id: try row["id"], title: try row["title"], body: try row["body"],
            tags: tags.split(separator: "\u{1f}").map(String.init), source: try row["source"],
            sourceName: try row["source_name"])
    }
}
