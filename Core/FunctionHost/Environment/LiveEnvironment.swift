import Domain
import Environment
import FoundationEssentials
package import Logging
import Outbound
import Postgres

extension FunctionEnvironment {
    /// Everything as production has it. Nothing is opened before its first use: a cold function starts in milliseconds.
    ///
    /// - Parameter connections: a function needs one; a persistent process some more.
    package static func live(
        _ name: String, configuration: Configuration, logger: Logger, connections: Int = 1
    ) -> FunctionEnvironment {
        let clock = configuration.clockFile.map(WallClock.shifted) ?? .system
        let http = HTTPClient.live(
            allowedPrivate: configuration.allowedPrivateHosts, allowedForFiles: configuration.allowedFileHosts,
            authorities: configuration[.certificateFile])
        // libpq's own complaint then names what is missing.
        let database = Database(
            url: (try? configuration.databaseURL) ?? "service=DATABASE_URL_is_not_set", connections: connections)
        return FunctionEnvironment(
            configuration: configuration, clock: clock, randomness: .system,
            ids: IDSource(clock: clock, randomness: .system), logger: logger, database: database, http: http,
            invoke: .live(name, configuration: configuration, logger: logger))
    }
}
