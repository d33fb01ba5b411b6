package import Domain
package import FoundationEssentials
package import Postgres

/// Training compiles the profile into items that can be found, and notes what the assistant knew from when on.
///
/// Items a person wrote are searched as soon as they are saved; only those with the source `profile` are made here, and made
/// anew each time.
package enum KnowledgeTraining {
    private static let source = "profile"
    /// Snapshots kept.
    private static let kept = 10

    /// Statements for one transaction of the organization; the last returns `snapshot`.
    package static func queries(
        for profile: BusinessProfile, of organization: OrganizationID, ids: IDSource, at now: Date
    ) throws -> [Query] {
        let clear: Query = "delete from knowledge_items where organization_id = \(organization) and source = \(source)"
        let items = items(of: profile, ids: ids).map { Query.save($0, of: organization, at: now) }
        return [clear] + items + [try snapshot(of: profile, organization: organization, at: now), prune(organization)]
            + [.trainingStatus(of: organization)]
    }

    /// What customers ask about a business, each as an item of its own. Goals and audience guide the assistant (they are in
    /// its prompt) and are nothing to quote to a customer.
    static func items(of profile: BusinessProfile, ids: IDSource) -> [KnowledgeItem] {
        var items: [KnowledgeItem] = []
        func add(_ title: String, _ lines: [String], tags: [String]) {
            let body = lines.filter { !$0.isEmpty }.joined(separator: "\n")
            guard !body.isEmpty else { return }
            items.append(
                KnowledgeItem(
                    id: ids.make(), title: title.cut(to: 300), body: body.beginning(upToScalars: 8_000), tags: tags,
                    source: source))
        }
        add(
            "About \(profile.name)",
            [profile.description, profile.industry.isEmpty ? "" : "Industry: \(profile.industry)"],
            tags: ["about", "company", "business"])
        add(
            "Contact",
            [
                profile.website.isEmpty ? "" : "Website: \(profile.website)",
                profile.phoneNumber.isEmpty ? "" : "Phone: \(profile.phoneNumber)",
            ], tags: ["contact", "website", "phone", "call"])
        for product in profile.products where !product.name.isEmpty {
            add(
                product.name,
                [
                    product.price.isEmpty ? product.name : "\(product.name): \(product.price)",
                    product.features.joined(separator: ", "),
                ], tags: ["product"] + (product.price.isEmpty ? [] : ["price", "cost"]))
        }
        if profile.products.count > 1 {
            let names = profile.products.map { $0.price.isEmpty ? $0.name : "\($0.name) (\($0.price))" }
            add(
                "Products", ["We offer: \(names.joined(separator: ", "))"],
                tags: ["products", "offer", "plans", "prices"])
        }
        return items
    }

    private static func snapshot(
        of profile: BusinessProfile, organization: OrganizationID, at now: Date
    ) throws -> Query {
        let profile = String(decoding: try JSONEncoder().encode(profile), as: UTF8.self)
        return """
            with trained as (
                insert into knowledge (organization_id, is_model_trained, last_trained_at, snapshot, updated_at)
                values (\(organization), true, \(now), 1, \(now))
                on conflict (organization_id) do update
                set is_model_trained = true, last_trained_at = excluded.last_trained_at, snapshot = knowledge.snapshot + 1
                returning snapshot
            )
            insert into knowledge_snapshots (organization_id, version, profile, items, trained_at)
            select \(organization), snapshot, \(profile)::jsonb, coalesce((
                select jsonb_agg(jsonb_build_object('id', id, 'title', title, 'updated_at', updated_at) order by id)
                from knowledge_items where organization_id = \(organization)), '[]'), \(now)
            from trained
            """
    }

    private static func prune(_ organization: OrganizationID) -> Query {
        """
        delete from knowledge_snapshots where organization_id = \(organization) and version <= (
            select snapshot - \(kept)::int from knowledge where organization_id = \(organization))
        """
    }
}
