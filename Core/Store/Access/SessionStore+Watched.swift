package import Domain
package import FoundationEssentials
import Postgres

/// A session through which somebody goes on watching one organization.
package struct WatchedSession: Sendable, Hashable {
    package let session: SessionID
    package let organization: OrganizationID

    package init(session: SessionID, organization: OrganizationID) {
        self.session = session
        self.organization = organization
    }
}

extension SessionStore {
    /// Those that still stand: the session is open and its user a member of the organization. One query; watching counts as
    /// being there, so it rolls the session's 24 hours as any request does.
    package func open(among watched: Set<WatchedSession>, at now: Date) async throws -> Set<WatchedSession> {
        let list = Array(watched)
        let rows = try await database.query(
            """
            select watched.session, watched.organization
            from unnest(\(array: list.map(\.session.rawValue))::uuid[], \(array: list.map(\.organization.rawValue))::uuid[])
                as watched (session, organization)
            cross join lateral open_session(null, watched.session, null, watched.organization, \(now)) opened
            where opened.organization_id = watched.organization
            """)
        return Set(try rows.map { WatchedSession(session: try $0["session"], organization: try $0["organization"]) })
    }
}
