import FoundationEssentials
import Store

/// What one look at the queue found.
struct RunnerLook: Sendable {
    /// Taken for this runner.
    let job: Job?
    /// False: another runner listens, and this one has nothing to do.
    let isListening: Bool
    /// Until the next job can be taken; negative: now. `nil`: none waits, or one was just taken.
    let secondsToNext: Double?
}

/// How long a runner has had nothing to do, and when to look again.
struct RunnerWatch: Sendable {
    var isListening = false
    private var idleSince = ContinuousClock.now

    /// A job that is due and was not taken is in somebody else's hands just now.
    private static let shortestPause = 0.005

    mutating func note(_ look: RunnerLook, _ places: JobPlaces) {
        isListening = look.isListening
        if look.job != nil || !places.isEmpty { idleSince = .now }
    }

    /// Nothing runs, and another one listens: one is enough.
    func isSpare(_ look: RunnerLook, _ places: JobPlaces) -> Bool { places.isEmpty && !look.isListening }

    /// Nothing runs, nothing comes soon, and nothing came for a while or at all.
    func shouldLeave(_ look: RunnerLook, _ places: JobPlaces, _ pace: RunnerPace) -> Bool {
        guard places.isEmpty else { return false }
        if let seconds = look.secondsToNext, seconds < pace.horizon { return false }
        return places.worked == 0 || idleSeconds >= pace.linger
    }

    /// Seconds until the next look, unless somebody calls.
    func pause(_ look: RunnerLook, _ places: JobPlaces, _ pace: RunnerPace, until closing: Date) -> Double {
        var pause = min(pace.announcement / 2, closing.timeIntervalSinceNow)
        if let seconds = look.secondsToNext { pause = min(pause, seconds) }
        if places.isEmpty, places.worked > 0, idleSeconds < pace.linger {
            pause = min(pause, pace.linger - idleSeconds)
        }
        return max(pause, Self.shortestPause)
    }

    private var idleSeconds: Double { (ContinuousClock.now - idleSince) / .seconds(1) }
}
