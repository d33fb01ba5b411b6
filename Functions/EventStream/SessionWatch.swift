import Domain
import FoundationEssentials
import Store

/// Ends streams soon after the session or membership that let them in is gone: one query for all viewers together.
actor SessionWatch {
    private let sessions: SessionStore
    private let clock: WallClock
    private var viewers: [Int: (seat: WatchedSession, end: @Sendable () -> Void)] = [:]
    private var last = 0

    init(sessions: SessionStore, clock: WallClock) {
        self.sessions = sessions
        self.clock = clock
    }

    /// - Parameter end: called at most once, when the viewer may see no more.
    /// - Returns: a number to leave with.
    func add(_ seat: WatchedSession, end: @escaping @Sendable () -> Void) -> Int {
        last += 1
        viewers[last] = (seat, end)
        return last
    }

    func remove(_ number: Int) {
        viewers[number] = nil
    }

    /// Looks every so many seconds until the task is cancelled. A look that fails ends nobody.
    func run(every seconds: Double, report: @Sendable (String, any Error) -> Void) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(seconds))
            do {
                try await look()
            } catch  where !(error is CancellationError) {
                report("the viewers' sessions could not be checked", error)
            } catch {}
        }
    }

    func look() async throws {
        let looked = viewers
        guard !looked.isEmpty else { return }
        let open = try await sessions.open(among: Set(looked.values.map(\.seat)), at: clock.now())
        for (number, viewer) in looked where !open.contains(viewer.seat) {
            viewers[number] = nil
            viewer.end()
        }
    }
}
