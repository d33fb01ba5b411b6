package import Domain
import FoundationEssentials
package import Store

/// Purchases that have no answer, looked up by themselves: nobody has to repeat a request for a number to be billed rightly.
package struct NumberSettling: Sendable {
    private let store: NumberStore
    private let provisioning: NumberProvisioning
    private let clock: WallClock
    /// Purchases of one call.
    private static let most = 10
    /// Real time after which the rest is left to the next call.
    private static let patience = Duration.seconds(8)

    package init(store: NumberStore, provisioning: NumberProvisioning, clock: WallClock) {
        self.store = store
        self.provisioning = provisioning
        self.clock = clock
    }

    /// One that still has no answer, and one that somebody took up meanwhile, keeps no other from its turn.
    /// - Returns: how many have an answer now.
    package func run() async throws -> Int {
        let deadline = ContinuousClock.now + Self.patience
        var settled = 0
        for purchase in try await store.unsettled(limit: Self.most, at: clock.now()) where .now < deadline {
            do {
                _ = try await provisioning.settle(purchase)
                settled += 1
            } catch is NumberProvisioningError {
                continue
            } catch is NumberStoreError {
                continue
            }
        }
        return settled
    }
}
