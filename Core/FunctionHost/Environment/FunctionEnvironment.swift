package import Domain
package import Logging
package import Outbound
package import Postgres

/// Everything from outside that a function may use. Tests override one field and leave the rest.
package struct FunctionEnvironment: Sendable {
    package var configuration: Configuration
    package var clock: WallClock
    package var randomness: Randomness
    package var ids: IDSource
    package var logger: Logger
    package var database: Database
    package var http: HTTPClient
    package var invoke: FunctionInvoker

    package init(
        configuration: Configuration, clock: WallClock, randomness: Randomness, ids: IDSource, logger: Logger,
        database: Database, http: HTTPClient, invoke: FunctionInvoker
    ) {
        self.configuration = configuration
        self.clock = clock
        self.randomness = randomness
        self.ids = ids
        self.logger = logger
        self.database = database
        self.http = http
        self.invoke = invoke
    }
}

/// Asynchronous invocation of another function (`Event`): fire and forget. A lost wake-up costs at most a minute, so a
/// failure is logged and never reaches the customer.
package struct FunctionInvoker: Sendable {
    package var wake: @Sendable (_ function: String) async -> Void

    package init(wake: @escaping @Sendable (_ function: String) async -> Void) {
        self.wake = wake
    }

    package static let none = FunctionInvoker { _ in }
}
