package import Domain
package import FoundationEssentials
package import Postgres

/// Following an organization's event log: a page after a position, and the notification that there is more.
package struct EventWatch: Sendable {
    /// Payload: an organization's id.
    package static let channel = "parley_events"
    /// Real seconds for which writers are asked to notify; renewed by every read that comes in the last half of it.
    package static let lifetime = 30.0

    private let database: Database
    private let watcher: UUID

    /// - Parameter watcher: names this process.
    package init(database: Database, watcher: UUID) {
        self.database = database
        self.watcher = watcher
    }

    /// Events after a position exactly as `InboxReads.events` gives them. `announcing` asks writers to notify.
    package func page(
        of organization: OrganizationID, after: EventPosition, limit: Int, announcing: Bool
    ) async throws -> EventPage {
        let answers = try await database.pipeline(
            for: organization,
            (announcing ? [announcement(organization), Self.forgetting(organization)] : [])
                + [.pendingEvents(of: organization), .events(of: organization, after: after, limit: limit)])
        // Asked first, because each statement has its own snapshot: what is let go between the two is then in the page, and
        // what is committed between them notifies. The other way around it would be in neither.
        return EventPage(
            events: try answers[answers.count - 1].map(OrganizationEvent.init(row:)),
            isPending: try answers[answers.count - 2].first?["pending"] ?? false)
    }

    private func announcement(_ organization: OrganizationID) -> Query {
        """
        insert into event_watchers (organization_id, watcher, until)
        values (\(organization), \(watcher), clock_timestamp() + make_interval(secs => \(Self.lifetime)))
        on conflict (organization_id, watcher) do update set until = excluded.until
        """
    }

    /// Processes that ended said no goodbye, and every event reads the rows of its organization. Behind the announcement, and
    /// without waiting: another process may be renewing, or forgetting the same.
    private static func forgetting(_ organization: OrganizationID) -> Query {
        """
        delete from event_watchers where organization_id = \(organization) and watcher in (
            select watcher from event_watchers where organization_id = \(organization) and until < clock_timestamp()
            limit 100 for update skip locked)
        """
    }
}

package struct EventPage: Sendable, Equatable {
    package var events: [OrganizationEvent]
    /// There are committed events that an older transaction still holds back: look again soon, nobody will notify.
    package var isPending: Bool

    package init(events: [OrganizationEvent], isPending: Bool) {
        self.events = events
        self.isPending = isPending
    }
}

extension Query {
    /// The event log after a position, in an order in which nothing can appear behind a reader: an event is shown once
    /// every transaction that started before its own has ended.
    static func events(of organization: OrganizationID, after: EventPosition, limit: Int) -> Query {
        """
        select transaction_id, id, type, subject_id, data, at from events
        where organization_id = \(organization) and transaction_id < pg_snapshot_xmin(pg_current_snapshot())
            and (transaction_id, id) > (\(after.transaction)::xid8, \(after.id))
        order by transaction_id, id limit \(limit)
        """
    }

    fileprivate static func pendingEvents(of organization: OrganizationID) -> Query {
        """
        select exists (select from events where organization_id = \(organization)
            and transaction_id >= pg_snapshot_xmin(pg_current_snapshot())) as pending
        """
    }
}
