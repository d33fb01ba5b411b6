import Domain
import Store
import Synchronization

/// How much of the disk and of the connections to elsewhere files may take at once: in the whole process, of one organization, of one
/// line. Their addresses are of tenants' choice and may be slow or large; who has no room left waits, and everybody else goes on.
final class MediaBudget: Sendable {
    /// Bytes that may be on their way.
    struct Limits: Sendable, Equatable {
        var total = 1 << 30
        var perOrganization = 1 << 28
        var perLine = 1 << 27
        /// What each file counts for at least, because it takes a connection too: with the total it bounds how many there are, which
        /// must be fewer than `HTTPClient.mostAtOnce`.
        var smallest = 1 << 25
    }

    fileprivate struct State {
        var total = 0
        var organizations: [OrganizationID: Int] = [:]
        var lines: [ChannelID: Int] = [:]
    }

    private let limits: Limits
    private let state = Mutex(State())

    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Real seconds for which a file that was let go before others took the room waits for it.
    static let patience = 15.0
    private static let interval = 0.25

    /// - Parameter bytes: the most that the file may have.
    func hasRoom(for bytes: Int, of line: HeldLine) -> Bool {
        state.withLock { fits(charge(bytes), line, $0) }
    }

    /// - Throws: `FileError.noRoom`, cancellation, or what the body throws.
    func withRoom<Result: Sendable>(
        for bytes: Int, of line: HeldLine, _ body: () async throws -> Result
    ) async throws -> Result {
        let end = ContinuousClock.now + .seconds(Self.patience)
        while !take(charge(bytes), line) {
            guard .now < end else { throw FileError.noRoom }
            try await Task.sleep(for: .seconds(Self.interval))
        }
        defer { add(-charge(bytes), line) }
        return try await body()
    }

    private func charge(_ bytes: Int) -> Int { max(bytes, limits.smallest) }

    private func fits(_ bytes: Int, _ line: HeldLine, _ state: State) -> Bool {
        state.total + bytes <= limits.total
            && state.organizations[line.organization, default: 0] + bytes <= limits.perOrganization
            && state.lines[line.channel, default: 0] + bytes <= limits.perLine
    }

    private func take(_ bytes: Int, _ line: HeldLine) -> Bool {
        state.withLock { state in
            guard fits(bytes, line, state) else { return false }
            state.add(bytes, line)
            return true
        }
    }

    private func add(_ bytes: Int, _ line: HeldLine) {
        state.withLock { $0.add(bytes, line) }
    }
}

extension MediaBudget.State {
    fileprivate mutating func add(_ bytes: Int, _ line: HeldLine) {
        total += bytes
        let (ofOrganization, ofLine) = (
            organizations[line.organization, default: 0] + bytes, lines[line.channel, default: 0] + bytes
        )
        organizations[line.organization] = ofOrganization == 0 ? nil : ofOrganization
        lines[line.channel] = ofLine == 0 ? nil : ofLine
    }
}
