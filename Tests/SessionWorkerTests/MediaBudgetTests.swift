import Domain
import Foundation
import Outbound
import Store
import Testing

@testable import SessionWorker

/// Room for files: of the process, of an organization, of a line.
@Suite struct MediaBudgetTests {
    private static let limits = MediaBudget.Limits(total: 8, perOrganization: 4, perLine: 2, smallest: 1)

    private func line(of organization: OrganizationID = OrganizationID(UUID())) -> HeldLine {
        HeldLine(channel: ChannelID(UUID()), organization: organization, worker: UUID(), fence: 1)
    }

    @Test func aLineAnOrganizationAndTheProcessHaveTheirShares() async throws {
        let budget = MediaBudget(Self.limits)
        let (one, other) = (OrganizationID(UUID()), OrganizationID(UUID()))
        let first = line(of: one)
        try await budget.withRoom(for: 2, of: first) {
            #expect(!budget.hasRoom(for: 1, of: first), "the line's is used up")
            try await budget.withRoom(for: 2, of: line(of: one)) {
                #expect(!budget.hasRoom(for: 1, of: line(of: one)), "the organization's is used up")
                try await budget.withRoom(for: 2, of: line(of: other)) {
                    #expect(budget.hasRoom(for: 2, of: line()))
                    try await budget.withRoom(for: 2, of: line()) {
                        #expect(!budget.hasRoom(for: 1, of: line()), "the process has no more")
                    }
                }
            }
        }
        #expect(budget.hasRoom(for: 2, of: first))
    }

    /// A thousand small files would take a thousand connections.
    @Test func aSmallFileCountsForMoreThanItsBytes() async throws {
        let budget = MediaBudget(Self.limits)
        let line = line()
        try await budget.withRoom(for: 0, of: line) {
            try await budget.withRoom(for: 0, of: line) { #expect(!budget.hasRoom(for: 0, of: line)) }
        }
        let installed = MediaBudget.Limits()
        #expect(installed.total / installed.smallest < HTTPClient.mostAtOnce)
        #expect(installed.perLine >= MediaTransfer.mostBytes && installed.perOrganization < installed.total)
    }

    @Test func roomIsGivenBackHoweverATransferEnds() async throws {
        let budget = MediaBudget(Self.limits)
        let line = line()
        await #expect(throws: CancellationError.self) {
            try await budget.withRoom(for: 2, of: line) { throw CancellationError() }
        }
        #expect(budget.hasRoom(for: 2, of: line))
    }
}
