import Conversation
import Domain
import Foundation
import Outbound
import Store
import Testing

@testable import SessionWorker

/// Room for files: of the process, of an organization, of a line.
@Suite(.timeLimit(.minutes(1))) struct MediaBudgetTests {
    private static let limits = MediaBudget.Limits(total: 16, perOrganization: 6, perLine: 2, smallest: 1)

    private func line(of organization: OrganizationID = OrganizationID(UUID())) -> HeldLine {
        HeldLine(channel: ChannelID(UUID()), organization: organization, worker: UUID(), fence: 1)
    }

    private func hasRoom(_ budget: MediaBudget, _ bytes: Int, _ line: HeldLine) async throws -> Bool {
        guard try await budget.take(bytes, of: line, within: 0.05) else { return false }
        budget.give(bytes, of: line)
        return true
    }

    @Test func aLineAnOrganizationAndTheProcessHaveTheirShares() async throws {
        let budget = MediaBudget(Self.limits)
        let one = OrganizationID(UUID())
        let first = line(of: one)
        #expect(try await budget.take(2, of: first))
        #expect(try await !hasRoom(budget, 1, first), "the line's is used up")
        for _ in 0..<2 { #expect(try await budget.take(2, of: line(of: one))) }
        #expect(try await !hasRoom(budget, 1, line(of: one)), "the organization's is used up")
        for _ in 0..<5 { #expect(try await budget.take(2, of: line())) }
        #expect(try await !hasRoom(budget, 1, line()), "the process has no more")
        budget.give(2, of: first)
        #expect(try await hasRoom(budget, 2, line()))
    }

    /// Four that take what they can leave room for the fifth, and the next ones.
    @Test func manyGreedyOnesLeaveRoomForOthers() async throws {
        let budget = MediaBudget(Self.limits)
        for organization in (0..<4).map({ _ in OrganizationID(UUID()) }) {
            while try await hasRoom(budget, 2, line(of: organization)) {
                #expect(try await budget.take(2, of: line(of: organization)))
            }
        }
        #expect(try await budget.take(2, of: line(), within: 0.05))
    }

    /// Who has the least comes first, whoever waits longer, and a small file does not pass a large one.
    @Test func thoseWhoWaitHaveAnOrder() async throws {
        let budget = MediaBudget(.init(total: 4, perOrganization: 4, perLine: 4, smallest: 1))
        let (greedy, other, late) = (line(), line(), line())
        #expect(try await budget.take(2, of: greedy))
        #expect(try await budget.take(2, of: other))
        let more = Task { try await budget.take(1, of: greedy, within: 0.5) }
        let large = Task { try await budget.take(4, of: late, within: 20) }
        try await Task.sleep(for: .milliseconds(100))
        #expect(try await !more.value)
        let small = Task { try await budget.take(1, of: line(), within: 20) }
        try await Task.sleep(for: .milliseconds(100))
        budget.give(2, of: other)
        try await Task.sleep(for: .milliseconds(100))
        budget.give(2, of: greedy)
        #expect(try await large.value)
        budget.give(4, of: late)
        #expect(try await small.value)
    }

    @Test func whoIsToldToStopWaitsForNoRoom() async throws {
        let budget = MediaBudget(.init(total: 1, perOrganization: 1, perLine: 1, smallest: 1))
        #expect(try await budget.take(1, of: line()))
        for pause in [Duration.zero, .milliseconds(50)] {
            let waiting = Task { try await budget.take(1, of: line(), within: 50) }
            try await Task.sleep(for: pause)
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
        }
    }

    /// A thousand small files would take a thousand connections.
    @Test func aSmallFileCountsForMoreThanItsBytes() async throws {
        let budget = MediaBudget(Self.limits)
        let line = line()
        #expect(try await budget.take(0, of: line))
        #expect(try await budget.take(0, of: line))
        #expect(try await !hasRoom(budget, 0, line))
        for limits in [MediaBudget.Limits(), .inMemory] {
            #expect(limits.total / limits.smallest < HTTPClient.mostAtOnce)
            #expect(limits.perLine >= MediaTransfer.mostBytes && limits.perOrganization < limits.total)
        }
    }

    @Test func roomIsGivenBackHoweverATransferEnds() async throws {
        let budget = MediaBudget(Self.limits)
        let line = line()
        let room = FileRoom(budget, of: line)
        await #expect(throws: CancellationError.self) { try await room.during(2) { throw CancellationError() } }
        #expect(try await hasRoom(budget, 2, line))
    }

    /// Taken before the message is marked, it is there when the file is fetched: nothing is tried in vain.
    @Test func whatWasPromisedIsKept() async throws {
        let budget = MediaBudget(Self.limits)
        let line = line()
        let (one, other) = (FileRoom(budget, of: line), FileRoom(budget, of: line))
        #expect(try await one.take(2, within: 1))
        #expect(try await !other.take(2, within: 0.05))
        #expect(try await one.take(2, within: 0.05), "once")
        let began = ContinuousClock.now
        let isFree = try await one.during(1) { try await hasRoom(budget, 1, line) }
        #expect(!isFree)
        #expect(.now - began < .seconds(5))
        #expect(try await other.take(2, within: 0.05))
        other.giveBack()
        other.giveBack()
        #expect(try await hasRoom(budget, 2, line))
    }

    /// `later` costs a try of the eight that a message has.
    @Test func othersLoadCostsNoTry() {
        guard case .unknown = SendResult(failure: FileError.noRoom) else {
            return #expect(Bool(false), "\(SendResult(failure: FileError.noRoom))")
        }
    }
}
