import Access
import Domain
import FoundationEssentials
import Store
import Web

/// `GET /api/cron/reset-usage` with the secret in `x-cron-secret`, and the schedules that invoke this function themselves.
///
/// Closes the usage periods that are over and prunes what had its time. Both may be repeated or missed: quotas are kept
/// per calendar month and don't wait for this.
struct ResetUsageHandler: Sendable {
    let housekeeping: HousekeepingStore
    /// `CRON_SECRET`; `nil` closes the route, not the schedules.
    let secret: String?
    let clock: WallClock

    func reset(_ request: Request) async throws -> Response {
        guard let secret, let sent = request.headers["x-cron-secret"],
            equalInConstantTime(Array(sent.utf8), Array(secret.utf8))
        else { throw Fault.unauthenticated }
        try await run()
        return .value(["ok": .bool(true)])
    }

    /// The host's schedules; only it can invoke a function without HTTP.
    func scheduled() async throws -> Data {
        try await run()
        return Data(JSONValue.object(["ok": .bool(true)]).bytes)
    }

    private func run() async throws {
        let now = clock.now()
        _ = try await housekeeping.closeUsagePeriods(at: now)
        _ = try await housekeeping.prune(at: now)
    }
}
