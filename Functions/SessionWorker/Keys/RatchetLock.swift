/// Everything that moves a ratchet of a line, one after the other: read, step, commit.
///
/// One per held line, not per connection: what a connection that has just ended still has under way must be over before
/// the next connection reads the same ratchet, or an older one would be written over a newer.
final class RatchetLock: Sendable {
    private let semaphore = AsyncSemaphore(1)
    /// Real seconds. A step is a few statements, each of which has a time-out; whoever waits longer is not served any more,
    /// and its connection begins anew.
    private static let patience = 60.0

    func withLock<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await semaphore.withPermit(within: Self.patience, body)
    }
}
