/// Lets so many through at a time; the others wait their turn, first come first served.
actor AsyncSemaphore {
    /// Nobody made room in time.
    struct TimedOut: Error, Equatable, CustomStringConvertible {
        let description = "waited too long for others to finish"
    }

    private struct Waiter {
        let number: Int
        let continuation: CheckedContinuation<Void, any Error>
    }

    private var free: Int
    private var waiting: [Waiter] = []
    private var count = 0

    init(_ permits: Int) {
        free = permits
    }

    /// Runs the body as soon as there is room for it, and makes room again when it ends.
    /// - Parameter seconds: real ones, for which room is waited for.
    /// - Throws: `TimedOut`, cancellation, or what the body throws.
    nonisolated func withPermit<Result: Sendable>(
        within seconds: Double, _ body: () async throws -> Result
    ) async throws -> Result {
        try await acquire(within: seconds)
        do {
            let result = try await body()
            await release()
            return result
        } catch {
            await release()
            throw error
        }
    }

    private func acquire(within seconds: Double) async throws {
        try Task.checkCancellation()
        guard free == 0 else {
            free -= 1
            return
        }
        count += 1
        let number = count
        let alarm = Task {
            try await Task.sleep(for: .seconds(seconds))
            self.giveUp(number, TimedOut())
        }
        defer { alarm.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiting.append(Waiter(number: number, continuation: $0)) }
        } onCancel: {
            // Comes after the line above, which this actor runs to its end first.
            Task { await self.giveUp(number, CancellationError()) }
        }
    }

    /// Somebody whose turn has come meanwhile keeps it.
    private func giveUp(_ number: Int, _ error: any Error) {
        guard let index = waiting.firstIndex(where: { $0.number == number }) else { return }
        waiting.remove(at: index).continuation.resume(throwing: error)
    }

    private func release() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().continuation.resume()
    }
}
