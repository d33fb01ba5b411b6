import Domain
import FoundationEssentials
import Postgres
import Store

/// Wakes viewers when their organization's log has grown, and reads it for them: viewers at the same place share one read.
actor EventFeed {
    static let pageSize = 100
    /// Seconds between looks without a notification: what a lost one may cost.
    static let idlePause = 5.0

    private struct ReadKey: Hashable {
        let organization: OrganizationID
        let transaction: String
        let id: Int
        /// A read that began before a notification does not answer it.
        let generation: Int
    }

    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    private let watch: EventWatch
    private let database: Database
    private let url: String
    private var generations: [OrganizationID: Int] = [:]
    private var waiters: [OrganizationID: [Waiter]] = [:]
    private var reads: [ReadKey: Task<EventPage, any Error>] = [:]
    private var announced: [OrganizationID: ContinuousClock.Instant] = [:]
    private var viewers = ViewerShares()
    private var nextWaiter = 0

    init(database: Database, url: String, watcher: UUID) {
        self.database = database
        self.url = url
        watch = EventWatch(database: database, watcher: watcher)
    }

    // MARK: Viewers

    var count: Int { viewers.count }

    /// False when there are as many as there may be.
    func enter(_ user: UserID, of organization: OrganizationID, limits: StreamLimits) -> Bool {
        viewers.enter(user, of: organization, limits: limits)
    }

    func leave(_ user: UserID, of organization: OrganizationID) {
        viewers.leave(user, of: organization)
        guard viewers.viewers(of: organization) == 0 else { return }
        // Nothing is kept of an organization that nobody watches.
        generations[organization] = nil
        announced[organization] = nil
    }

    /// To be taken before a read, and given to `wait`: nothing can slip in between.
    func generation(of organization: OrganizationID) -> Int {
        generations[organization, default: 0]
    }

    func page(of organization: OrganizationID, after: EventPosition) async throws -> EventPage {
        let key = ReadKey(
            organization: organization, transaction: after.transaction, id: after.id,
            generation: generation(of: organization))
        if let running = reads[key] { return try await running.value }
        let began = ContinuousClock.now
        let announcing = isAnnouncementDue(organization, at: began)
        let read = Task { [watch] in
            try await watch.page(of: organization, after: after, limit: Self.pageSize, announcing: announcing)
        }
        reads[key] = read
        defer { reads[key] = nil }
        let page = try await read.value
        // Only now: had the read failed, nobody would notify, and the next read must ask for it.
        if announcing, viewers.viewers(of: organization) > 0 { announced[organization] = began }
        return page
    }

    private func isAnnouncementDue(_ organization: OrganizationID, at now: ContinuousClock.Instant) -> Bool {
        guard let last = announced[organization] else { return true }
        return now - last >= .seconds(EventWatch.lifetime / 2)
    }

    /// Returns when the log may have grown since `generation`, after `seconds`, or when the task is cancelled.
    func wait(for organization: OrganizationID, since generation: Int, seconds: Double) async {
        guard generations[organization, default: 0] == generation, !Task.isCancelled else { return }
        nextWaiter += 1
        let id = nextWaiter
        let alarm = Task { [weak self] in
            try? await Task.sleep(for: .seconds(seconds))
            await self?.wake(id, of: organization)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiters[organization, default: []].append(Waiter(id: id, continuation: continuation))
            }
        } onCancel: {
            alarm.cancel()
        }
        alarm.cancel()
    }

    // MARK: Notifications

    /// Listens until the task is cancelled; after a lost connection everybody looks, because a notification may have
    /// been lost with it.
    func listen(report: @Sendable (String, any Error) -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let connection = try await Connection.connect(url)
                try await connection.query("listen \(unescaped: EventWatch.channel)")
                failures = 0
                wakeEverybody()
                try await follow(connection)
                await connection.close()
            } catch {
                failures += 1
                report("listening for events failed", error)
                let pause = Backoff(base: 0.5, limit: 30).delay(after: failures, fraction: Randomness.system.fraction)
                try? await Task.sleep(for: .seconds(pause))
            }
        }
    }

    /// Short waits, so that cancellation is noticed.
    private func follow(_ connection: Connection) async throws {
        while !Task.isCancelled {
            guard let notification = try await connection.notification(within: 1) else { continue }
            if let organization = OrganizationID(notification.payload) { wake(organization) }
        }
    }

    private func wake(_ organization: OrganizationID) {
        // Nobody watches here any more; another process may.
        guard viewers.viewers(of: organization) > 0 else { return }
        generations[organization, default: 0] += 1
        for waiter in waiters.removeValue(forKey: organization) ?? [] { waiter.continuation.resume() }
    }

    private func wakeEverybody() {
        for organization in viewers.watched { wake(organization) }
    }

    private func wake(_ waiter: Int, of organization: OrganizationID) {
        guard let index = waiters[organization]?.firstIndex(where: { $0.id == waiter }),
            let found = waiters[organization]?.remove(at: index)
        else { return }
        found.continuation.resume()
    }

    func close() async {
        await database.close()
    }
}
