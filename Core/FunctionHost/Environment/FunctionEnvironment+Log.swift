import Logging

extension FunctionEnvironment {
    /// A line that is worth reading, but asks nobody to act.
    package func note(_ text: String, _ fields: [String: String] = [:]) {
        logger.notice("\(text)", metadata: fields.mapValues { "\($0)" })
    }

    /// A line that somebody should look into. The error goes in with all detail, which no answer shows.
    package func complain(_ text: String, about error: any Error, _ fields: [String: String] = [:]) {
        var metadata: Logger.Metadata = fields.mapValues { "\($0)" }
        metadata["error"] = "\(String(reflecting: error))"
        logger.error("\(text)", metadata: metadata)
    }
}
