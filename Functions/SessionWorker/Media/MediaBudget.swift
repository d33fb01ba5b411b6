import Domain
import Outbound
import Store
import Synchronization

/// How much of the disk and of the connections to elsewhere files may take at once: in the whole process, of one organization, of one
/// line. Their addresses are of tenants' choice and may be slow or large; who has no room left waits, and everybody else goes on.
///
/// An organization's share is the smaller, the more of them are there, and the last part of the room is for those that have none yet. Of
/// those who wait, the one comes first whose organization has the least, and nobody passes them with a smaller file.
final class MediaBudget: Sendable {
    /// Bytes that may be on their way.
    struct Limits: Sendable, Equatable {
        var total = 1 << 30
        var perOrganization = 1 << 28
        var perLine = 1 << 27
        /// What each file counts for at least, because it takes a connection too: with the total it bounds how many there are, which
        /// must be fewer than `HTTPClient.mostAtOnce`.
        var smallest = 1 << 25

        /// Where files are kept in memory for want of a disk: two of the largest.
        static let inMemory = Limits(
            total: 2 * MediaTransfer.mostBytes, perOrganization: MediaTransfer.mostBytes,
            perLine: MediaTransfer.mostBytes, smallest: MediaTransfer.mostBytes / 4)
    }

    private let limits: Limits
    private let state: Mutex<MediaShares>
    private let numbers = Atomic(0)

    init(_ limits: Limits = Limits()) {
        self.limits = limits
        state = Mutex(MediaShares(limits))
    }

    /// Real seconds for which a file waits for room.
    static let patience = 15.0

    /// Waits for its turn.
    /// - Returns: false when there was no room in time.
    /// - Throws: cancellation.
    func take(_ bytes: Int, of line: HeldLine, within seconds: Double = patience) async throws -> Bool {
        try Task.checkCancellation()
        let number = numbers.wrappingAdd(1, ordering: .relaxed).newValue
        let alarm = Task {
            try await Task.sleep(for: .seconds(seconds))
            self.giveUp(number)
        }
        defer { alarm.cancel() }
        let isTaken = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let admitted = state.withLock { shares in
                    shares.wait(.init(number: number, bytes: charge(bytes), line: line, continuation: continuation))
                    return shares.admitted()
                }
                for waiter in admitted { waiter.continuation.resume(returning: true) }
                // Cancelled before it stood among those who wait: the handler found nobody.
                if Task.isCancelled { giveUp(number) }
            }
        } onCancel: {
            giveUp(number)
        }
        // Whoever is told to stop at the moment of their turn gives it on.
        if Task.isCancelled {
            if isTaken { give(bytes, of: line) }
            throw CancellationError()
        }
        return isTaken
    }

    /// Gives back what was taken.
    func give(_ bytes: Int, of line: HeldLine) {
        let admitted = state.withLock { shares in
            shares.add(-charge(bytes), line)
            return shares.admitted()
        }
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }

    /// Somebody whose turn has come meanwhile keeps it.
    private func giveUp(_ number: Int) {
        let (waiter, admitted) = state.withLock { ($0.leave(number), $0.admitted()) }
        waiter?.continuation.resume(returning: false)
        for waiter in admitted { waiter.continuation.resume(returning: true) }
    }

    private func charge(_ bytes: Int) -> Int { max(bytes, limits.smallest) }
}
