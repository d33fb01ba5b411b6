import Access
import Domain
import Store
import Web

/// One viewer of the stream: reads the log from its own position and writes what it finds, for as long as it may.
struct Viewer: Sendable {
    let organization: OrganizationID
    let feed: EventFeed
    let limits: StreamLimits
    /// Seconds between two looks at whether the viewer may still see them.
    let readmission: Double
    /// Whether the viewer may still see this organization's events.
    let isAdmitted: @Sendable () async throws -> Bool
    /// Returns when there is room for more.
    let write: @Sendable (String) async throws -> Void

    /// Seconds before the next look at events that an older transaction holds back; doubled up to the limit.
    private static let shortestPause = 0.02
    private static let longestPause = 1.0

    /// Returns when the viewer may see no more; throws when it can't be written to or the log can't be read.
    func run(from start: EventPosition) async throws {
        var position = start
        var pause = Self.shortestPause
        var (written, admitted) = (ContinuousClock.now, ContinuousClock.now)
        while !Task.isCancelled {
            let generation = await feed.generation(of: organization)
            let page = try await feed.page(of: organization, after: position)
            if let last = page.events.last {
                for piece in ServerSentEvents.pieces(page.events, limit: limits.piece) { try await write(piece) }
                (position, pause, written) = (last.position, Self.shortestPause, .now)
            } else {
                let rest = page.isPending ? pause : min(EventFeed.idlePause, limits.heartbeat / 3)
                pause = page.isPending ? min(2 * pause, Self.longestPause) : Self.shortestPause
                await feed.wait(for: organization, since: generation, seconds: rest)
            }
            if ContinuousClock.now - written >= .seconds(limits.heartbeat) {
                try await write(ServerSentEvents.heartbeat)
                written = .now
            }
            if ContinuousClock.now - admitted >= .seconds(readmission) {
                guard try await isAdmitted() else { return }
                admitted = .now
            }
        }
    }
}
