import Support
import Synchronization
import Testing

@testable import Postgres

/// What a pool decides: who comes next, who is sent away, when a connection is made.
@Suite(.timeLimit(.minutes(1))) struct PoolStateTests {
    private typealias Waiter = PoolState.Waiter

    /// People who wait; sent away at the end.
    private final class Waiters: Sendable {
        let start = ContinuousClock.now
        private let made = Mutex<[Waiter]>([])

        /// - Parameter seconds: until their patience is over.
        func add(_ number: Int, of share: String? = nil, for seconds: Double = 100) async -> Waiter {
            Task {
                _ = await withCheckedContinuation { continuation in
                    made.withLock {
                        $0.append(
                            Waiter(
                                number: number, share: share, deadline: at(seconds), continuation: continuation))
                    }
                }
            }
            while true {
                if let waiter = made.withLock({ $0.first { $0.number == number } }) { return waiter }
                await Task.yield()
            }
        }

        func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

        func end() {
            for waiter in made.withLock({ $0 }) {
                waiter.continuation.resume(returning: .failure(PostgresError(.busy, detail: "")))
            }
        }
    }

    private func with(_ body: (Waiters) async throws -> Void) async rethrows {
        let waiters = Waiters()
        defer { waiters.end() }
        try await body(waiters)
    }

    /// Whose connection turned out dead waits anew with what is left of their patience.
    @Test func whoHasLessTimeLeftIsSentAwayInTime() async {
        await with { waiters in
            var state = PoolState(limit: 1, mostWaiters: 10)
            let (long, short) = (await waiters.add(1, for: 10), await waiters.add(2, for: 1))
            #expect(state.wait(long) == .unlooked)
            #expect(state.wait(short) == .unlooked, "whoever looks for the other one comes too late")
            let first = state.tooLate(at: waiters.at(1), watching: waiters.at(1))
            #expect(first.late.map(\.number) == [2] && first.next == waiters.at(10))
            let again = await waiters.add(3, for: 20)
            #expect(state.wait(again) == .looked)
            let second = state.tooLate(at: waiters.at(10), watching: waiters.at(10))
            #expect(second.late.map(\.number) == [1] && second.next == waiters.at(20))
            let other = state.tooLate(at: waiters.at(10), watching: waiters.at(10))
            #expect(other.late.isEmpty && other.next == nil, "one timer goes on")
        }
    }

    @Test func afterAFailureOneIsTriedAtATimeAndNotAtOnce() async {
        await with { waiters in
            var state = PoolState(limit: 4, mostWaiters: 10)
            for number in 1...3 { _ = state.wait(await waiters.add(number)) }
            #expect(state.startOpening(at: waiters.at(0)) == 3)
            for _ in 0..<3 { _ = state.openingFailed(pause: waiters.at(0.5)) }
            #expect(state.waiting == 0, "there is nothing left to wait for")
            for number in 4...6 { _ = state.wait(await waiters.add(number)) }
            #expect(state.startOpening(at: waiters.at(0.4)) == 0, "whoever asks")
            #expect(state.startOpening(at: waiters.at(0.6)) == 1)
            #expect(state.startOpening(at: waiters.at(0.7)) == 0, "one is being tried")
            state.opened()
            #expect(state.startOpening(at: waiters.at(0.7)) == 3)
        }
    }

    @Test func whoComesWhenTooManyWaitIsRefused() async {
        await with { waiters in
            var state = PoolState(limit: 1, mostWaiters: 2)
            #expect(state.wait(await waiters.add(1)) != .refused)
            #expect(state.wait(await waiters.add(2)) != .refused)
            #expect(state.wait(await waiters.add(3)) == .refused)
            #expect(state.next()?.number == 1)
            #expect(state.wait(await waiters.add(4)) != .refused)
        }
    }

    @Test func sharesTakeTurnsAndWhoLeavesHoldsNobodyUp() async {
        await with { waiters in
            var state = PoolState(limit: 1, mostWaiters: 100)
            for number in 1...3 { _ = state.wait(await waiters.add(number, of: "a")) }
            for number in 4...5 { _ = state.wait(await waiters.add(number, of: "b")) }
            #expect(state.leave(2, of: "a")?.number == 2 && state.leave(2, of: "a") == nil)
            var order: [Int] = []
            while let next = state.next() {
                order.append(next.number)
                state.giveBack(of: next.share)
            }
            #expect(order == [1, 4, 3, 5] && state.waiting == 0)
        }
    }

    /// One share's crowd: a hand-over does not look at all who wait.
    @Test func aHandOverCostsTheSameHoweverManyWait() async {
        await with { waiters in
            var all: [Waiter] = []
            for number in 0..<4_000 { all.append(await waiters.add(number, of: "a")) }
            let growth = GrowthOfCost.whenDoubled(2_000) {
                Array(all.prefix($0))
            } work: { some in
                var state = PoolState(limit: 1, mostWaiters: some.count)
                for waiter in some { _ = state.wait(waiter) }
                while let next = state.next() { state.giveBack(of: next.share) }
            }
            #expect(growth < 3, "twice as many took \(growth) times as long")
        }
    }
}
