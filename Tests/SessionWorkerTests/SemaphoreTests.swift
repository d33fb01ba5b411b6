import Synchronization
import Testing

@testable import SessionWorker

/// Whoever waits for room can be told to stop, and does not wait for ever.
@Suite(.timeLimit(.minutes(1))) struct SemaphoreTests {
    /// Holds the only permit until told.
    private final class Holder: Sendable {
        private let (stream, told) = AsyncStream<Void>.makeStream()
        private let task: Task<Void, any Error>

        init(_ semaphore: AsyncSemaphore) async {
            let (holds, entered) = AsyncStream<Void>.makeStream()
            let stream = stream
            task = Task {
                try await semaphore.withPermit(within: 5) {
                    entered.yield()
                    for await _ in stream { break }
                }
            }
            for await _ in holds { break }
        }

        func letGo() async throws {
            told.yield()
            try await task.value
        }
    }

    /// How many are inside, and were at most.
    private final class Count: Sendable {
        private let counts = Mutex((inside: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func enter() {
            counts.withLock { counts in
                counts.inside += 1
                counts.most = max(counts.most, counts.inside)
            }
        }

        func leave() { counts.withLock { $0.inside -= 1 } }
    }

    @Test func aWaiterThatIsCancelledGoes() async throws {
        let semaphore = AsyncSemaphore(1)
        let holder = await Holder(semaphore)
        let waiter = Task { try await semaphore.withPermit(within: 50) {} }
        try await Task.sleep(for: .milliseconds(50))
        waiter.cancel()
        await #expect(throws: CancellationError.self) { try await waiter.value }
        try await holder.letGo()
        try await semaphore.withPermit(within: 1) {}
    }

    @Test func aWaiterGivesUpInTime() async throws {
        let semaphore = AsyncSemaphore(1)
        let holder = await Holder(semaphore)
        await #expect(throws: AsyncSemaphore.TimedOut()) { try await semaphore.withPermit(within: 0.05) {} }
        try await holder.letGo()
        try await semaphore.withPermit(within: 1) {}
    }

    /// Some are cancelled, some give up, some fail: no permit is lost and none is given twice.
    @Test func nobodyTakesAPermitAlong() async throws {
        let semaphore = AsyncSemaphore(2)
        let count = Count()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                let task = Task {
                    try await semaphore.withPermit(within: number % 3 == 0 ? 0.01 : 5) {
                        count.enter()
                        try? await Task.sleep(for: .microseconds(500))
                        count.leave()
                        if number % 5 == 0 { throw AsyncSemaphore.TimedOut() }
                    }
                }
                group.addTask { _ = try? await task.value }
                if number % 4 == 0 { task.cancel() }
            }
        }
        #expect(count.most <= 2)
        try await semaphore.withPermit(within: 1) { try await semaphore.withPermit(within: 1) {} }
    }
}
