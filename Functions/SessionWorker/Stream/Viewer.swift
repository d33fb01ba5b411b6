import Access
import Domain
import Store
import Web

/// One viewer of the stream: reads the log from its own position and writes what it finds, for as long as it may.
struct Viewer: Sendable {
    let organization: OrganizationID
    let feed: EventFeed
    let limits: EventStream.Limits
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
        try await write(ServerSentEvents.opening(at: position))
        while !Task.isCancelled {
            let generation = await feed.generation(of: organization)
            let page = try await feed.page(of: organization, after: position)
            if let last = page.events.last {
                try await write(page.events.map(ServerSentEvents.event).joined())
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
            if ContinuousClock.now - admitted >= .seconds(limits.readmission) {
                guard try await isAdmitted() else { return }
                admitted = .now
            }
        }
    }
}

/// The wire form (WHATWG HTML, 9.2 "Server-sent events").
enum ServerSentEvents {
    /// A comment: keeps proxies from closing a quiet connection.
    static let heartbeat = ": still here\n\n"

    /// Tells the browser how soon to come back, and from where, before the first event.
    static func opening(at position: EventPosition) -> String {
        "retry: 2000\nid: \(position.cursor.text)\n\n"
    }

    /// The same JSON as an item of `GET /api/v1/events`; it holds no line break.
    static func event(_ event: EventView) -> String {
        "id: \(event.position.cursor.text)\ndata: \(String(decoding: event.json.bytes, as: UTF8.self))\n\n"
    }
}
