/// Everything that moves a ratchet of a line, one after the other: read, step, commit.
///
/// One per held line, not per connection: what a connection that has just ended still has under way must be over before
/// the next connection reads the same ratchet, or an older one would be written over a newer.
final class RatchetLock: Sendable {
    private let semaphore = AsyncSemaphore(1)

    func withLock<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        await semaphore.acquire()
        do {
            let result = try await body()
            await semaphore.release()
            return result
        } catch {
            await semaphore.release()
            throw error
        }
    }
}
