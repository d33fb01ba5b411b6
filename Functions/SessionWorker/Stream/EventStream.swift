package import Access
import Domain
package import FoundationEssentials
package import NIOCore
import Postgres
import Store
import Web

/// `GET /api/v1/events/stream`: the event log of an organization as server-sent events, pushed as it grows.
///
/// Authenticated as every route is, by cookie or bearer token; the organization is that of `x-organization-id`, or of
/// `?organization_id=` for browsers, whose `EventSource` sends no headers. `Last-Event-ID` (or `?after=`) goes on where an
/// earlier stream or `GET /api/v1/events` stopped: the cursors are the same, and no event is lost or shown twice. One
/// database connection listens for all viewers; each viewer pulls at its own pace, so a slow one holds nothing but itself.
package struct EventStream: Sendable {
    package struct Limits: Sendable {
        package var viewers = 500
        package var viewersPerOrganization = 100
        /// Seconds between signs of life.
        package var heartbeat = 15.0
        /// Seconds between two looks at whether the viewer may still see this.
        package var readmission = 60.0
        /// Seconds a viewer may take to make room for the next piece.
        package var patience = 20.0

        package init() {}
    }

    let authenticator: Authenticator
    let feed: EventFeed
    let limits: Limits
    let report: @Sendable (_ text: String, _ error: any Error) -> Void

    /// - Parameters:
    ///   - databaseURL: for the listening connection and up to two others.
    ///   - report: a line for the log when listening or reading fails.
    package init(
        databaseURL: String, authenticator: Authenticator, watcher: UUID, limits: Limits = Limits(),
        report: @escaping @Sendable (String, any Error) -> Void
    ) {
        self.authenticator = authenticator
        self.limits = limits
        self.report = report
        feed = EventFeed(database: Database(url: databaseURL, connections: 2), url: databaseURL, watcher: watcher)
    }

    /// Listens on 127.0.0.1 until the task is cancelled; viewers are then cut off and come back to the next process.
    ///
    /// - Parameters:
    ///   - port: 0 lets the system choose.
    ///   - ready: called with the port once requests are accepted.
    package func run(
        port: Int, on group: any EventLoopGroup, ready: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let server = try await StreamServer.bind(port: port, group: group)
        ready(server.channel.localAddress?.port ?? port)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await feed.listen(report: report) }
            tasks.addTask {
                do {
                    try await server.serve(self)
                } catch where !(error is CancellationError) {
                    report("the event stream stopped", error)
                } catch {}
            }
            await tasks.next()
            tasks.cancelAll()
        }
        await feed.close()
    }
}
