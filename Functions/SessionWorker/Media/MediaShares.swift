import Domain
import Store

/// Who has how much of the room for files, and who waits for it.
struct MediaShares {
    struct Waiter: Sendable {
        let number: Int
        let bytes: Int
        let line: HeldLine
        let continuation: CheckedContinuation<Bool, Never>
    }

    private let limits: MediaBudget.Limits
    private var total = 0
    private var organizations: [OrganizationID: Int] = [:]
    private var lines: [ChannelID: Int] = [:]
    /// Which turn each organization had last, as long as it has something or anybody waits.
    private var served: [OrganizationID: Int] = [:]
    private var turn = 0
    /// No more than there are messages under way (`Settings.sends`).
    private var waiters: [Waiter] = []

    init(_ limits: MediaBudget.Limits) {
        self.limits = limits
    }

    mutating func wait(_ waiter: Waiter) { waiters.append(waiter) }

    mutating func leave(_ number: Int) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.number == number }) else { return nil }
        return waiters.remove(at: index)
    }

    /// Those whose turn it is; what they take is counted for them.
    mutating func admitted() -> [Waiter] {
        var admitted: [Waiter] = []
        // Those whose own organization and line have no room for them are in nobody's way.
        while let index = waiters.indices.filter({ mayHave(waiters[$0]) }).min(by: { isBefore($0, $1) }) {
            // The next one waits for those before them to end, and those behind them do too: a large file would never find room.
            guard fits(waiters[index]) else { break }
            let waiter = waiters.remove(at: index)
            add(waiter.bytes, waiter.line)
            turn += 1
            served[waiter.line.organization] = turn
            admitted.append(waiter)
        }
        return admitted
    }

    private func isBefore(_ one: Int, _ other: Int) -> Bool {
        func rank(_ waiter: Waiter) -> (held: Int, served: Int, number: Int) {
            let organization = waiter.line.organization
            return (organizations[organization] ?? 0, served[organization] ?? 0, waiter.number)
        }
        return rank(waiters[one]) < rank(waiters[other])
    }

    /// One organization alone may take half of the room, each of two a third: as with the places for messages (`SendScheduler`). One
    /// file is everybody's right.
    private func mayHave(_ waiter: Waiter) -> Bool {
        guard lines[waiter.line.channel, default: 0] + waiter.bytes <= limits.perLine else { return false }
        guard let held = organizations[waiter.line.organization] else { return true }
        let share = limits.total / (organizations.count + 1)
        return held + waiter.bytes <= min(share, limits.perOrganization)
    }

    /// The last quarter is for those that have nothing yet, however many share the rest.
    private func fits(_ waiter: Waiter) -> Bool {
        let isFirst = organizations[waiter.line.organization] == nil
        return total + waiter.bytes <= (isFirst ? limits.total : limits.total - limits.total / 4)
    }

    mutating func add(_ bytes: Int, _ line: HeldLine) {
        total += bytes
        let (ofOrganization, ofLine) = (
            organizations[line.organization, default: 0] + bytes, lines[line.channel, default: 0] + bytes
        )
        organizations[line.organization] = ofOrganization == 0 ? nil : ofOrganization
        lines[line.channel] = ofLine == 0 ? nil : ofLine
        if organizations.isEmpty, waiters.isEmpty { served = [:] }
    }
}
