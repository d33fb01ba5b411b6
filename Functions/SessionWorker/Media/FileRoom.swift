import Store
import Synchronization

/// What one job has of the room for files: taken before its message is marked as sending, so that other organizations' load costs it no
/// attempt, and given back when the file is through.
final class FileRoom: Sendable {
    private let budget: MediaBudget
    private let line: HeldLine
    private let held = Mutex<Int?>(nil)

    init(_ budget: MediaBudget, of line: HeldLine) {
        self.budget = budget
        self.line = line
    }

    /// Room for a file of so many bytes, waited for.
    /// - Returns: false when there is none.
    /// - Throws: cancellation.
    func take(_ bytes: Int, within seconds: Double = MediaBudget.patience) async throws -> Bool {
        if let held = held.withLock({ $0 }), held >= bytes { return true }
        giveBack()
        guard try await budget.take(bytes, of: line, within: seconds) else { return false }
        held.withLock { $0 = bytes }
        return true
    }

    func giveBack() {
        let bytes = held.withLock { held in
            defer { held = nil }
            return held
        }
        if let bytes { budget.give(bytes, of: line) }
    }

    /// Runs the body in the room that was taken, or in some that is taken now; afterwards it is others'.
    /// - Throws: `FileError.noRoom`, cancellation, or what the body throws.
    func during<Result: Sendable>(_ bytes: Int, _ body: () async throws -> Result) async throws -> Result {
        guard try await take(bytes) else { throw FileError.noRoom }
        defer { giveBack() }
        return try await body()
    }
}
