/// How long a runner has had nothing to do, and what it last told others.
struct IdleWatch {
    private var idleSince = ContinuousClock.now
    private var announcedAt: ContinuousClock.Instant?
    private var wokeAt: ContinuousClock.Instant?

    /// Wake-ups beyond this rate find the same jobs.
    private static let wakeInterval = Duration.milliseconds(250)

    var isAnnounced: Bool { announcedAt != nil }
    var idleSeconds: Double { (ContinuousClock.now - idleSince) / .seconds(1) }

    func needsAnnouncement(holds seconds: Double) -> Bool {
        guard let announcedAt else { return true }
        return ContinuousClock.now - announcedAt > .seconds(seconds / 2)
    }

    mutating func announced() { announcedAt = .now }
    mutating func left() { announcedAt = nil }
    mutating func rest() { idleSince = .now }

    mutating func mayWake() -> Bool {
        if let wokeAt, ContinuousClock.now - wokeAt < Self.wakeInterval { return false }
        wokeAt = .now
        return true
    }
}
