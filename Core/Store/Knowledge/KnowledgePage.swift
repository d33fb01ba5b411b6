package import Domain
package import FoundationEssentials
package import Postgres

extension Query {
    /// Items a person or a document brought and those training made, newest first, with their `created_at`.
    package static func knowledgePage(
        of organization: OrganizationID, after: (Date, KnowledgeItemID)?, limit: Int
    ) -> Query {
        """
        select id, title, body, array_to_string(tags, E'\\x1f') as tags, source, source_name, created_at
        from knowledge_items where organization_id = \(organization)
            and (\(after?.0)::timestamptz is null
                or (created_at, id) < (\(after?.0)::timestamptz, \(after?.1)::uuid))
        order by created_at desc, id desc limit \(limit)
        """
    }
}
