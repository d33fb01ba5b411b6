import API
import Domain
import FoundationEssentials
import NIOCore
import Postgres
import Store
import Web

/// `GET /api/v1/events/stream`: the event log of an organization as server-sent events, pushed as it grows.
///
/// Who may watch, and from where, the endpoint says as every endpoint does (`Endpoints`): the cursors are those of
/// `GET /api/v1/events`, and no event is lost or shown twice. One database connection listens for all viewers; each viewer
/// pulls at its own pace, so a slow one holds nothing but itself.
struct StreamServer: Sendable {
    /// Postgres connections for what viewers read.
    private static let reading = 2
    /// With the one that listens.
    static let connections = reading + 1

    static let loopback = "127.0.0.1"

    private let api: APIEnvironment
    let feed: EventFeed
    let watch: SessionWatch
    let limits: StreamLimits
    let report: @Sendable (_ text: String, _ error: any Error) -> Void

    /// - Parameters:
    ///   - databaseURL: for the listening connection and up to two others.
    ///   - watcher: names this process among those that ask writers to notify.
    ///   - report: a line for the log when listening or reading fails.
    init(
        databaseURL: String, api: APIEnvironment, watcher: UUID, limits: StreamLimits = StreamLimits(),
        report: @escaping @Sendable (String, any Error) -> Void
    ) {
        let database = Database(url: databaseURL, connections: Self.reading)
        self.api = api
        self.limits = limits
        self.report = report
        feed = EventFeed(database: database, url: databaseURL, watcher: watcher)
        watch = SessionWatch(sessions: SessionStore(database: database), clock: api.clock)
    }

    /// Listens until the task is cancelled; viewers are then cut off and come back to the next process.
    ///
    /// - Parameters:
    ///   - address: 127.0.0.1 where a host forwards to it.
    ///   - port: 0 lets the system choose.
    ///   - ready: called with the port once requests are accepted.
    func run(
        at address: String = loopback, port: Int, on group: any EventLoopGroup,
        ready: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let listener = try await StreamListener.bind(address, port: port, group: group)
        ready(listener.channel.localAddress?.port ?? port)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await feed.listen(report: report) }
            tasks.addTask { await watch.run(every: limits.sessionCheck, report: report) }
            tasks.addTask {
                do {
                    try await listener.serve(self)
                } catch  where !(error is CancellationError) {
                    report("the event stream stopped", error)
                } catch {}
            }
            await tasks.next()
            tasks.cancelAll()
        }
        await feed.close()
    }

    /// The endpoint's answer, and the seat that it gave.
    /// - Throws: the fault that refuses the viewer.
    func admit(_ request: Request) async throws -> (answer: Response, seat: Seat.Taken) {
        let seat = Seat()
        var api = api
        api.replace(seat)
        let answer = try await Router(endpoints, api).handle(request)
        guard let taken = seat.taken else { throw SeatMissing() }
        return (answer, taken)
    }
}
