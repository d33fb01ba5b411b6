import API
import Domain
import FoundationEssentials
import FunctionHost
import Store
import Web

extension Endpoint {
    static let resetUsage = Endpoint(
        .get, "/api/cron/reset-usage", "Closes the usage periods that are over and prunes what had its time.",
        for: .secretHeader("x-cron-secret") { try $0.configuration.cronSecret }, answers: .one(Done.answer),
        repeats: .harmless
    ) { call in
        try await closeAndPrune(call.housekeeping, at: call.now)
        return Done()
    }
}

/// The host's schedules; only it can invoke a function without HTTP.
func resetUsage(_ api: APIEnvironment) async throws -> Data {
    try await closeAndPrune(api.housekeeping, at: api.clock.now())
    return Data(Done.answer.json(Done()).bytes)
}

/// May be repeated or missed: quotas are kept per calendar month and don't wait for this.
private func closeAndPrune(_ housekeeping: HousekeepingStore, at now: Date) async throws {
    var failure: (any Error)?
    do {
        _ = try await housekeeping.closeUsagePeriods(at: now)
    } catch {
        failure = error
    }
    _ = try await housekeeping.prune(at: now)
    if let failure { throw failure }
}

private struct Done: Sendable {
    let ok = true

    static let answer = Answer<Done> { $0.field("ok", \.ok) }
}
