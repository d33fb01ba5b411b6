import Environment
import FoundationEssentials
import Logging
import Outbound

extension FunctionInvoker {
    /// Seconds an answer may take: a wake-up must never hold up the webhook that sends it.
    static let timeout = 2.0

    /// The runner's Invoke API when `PARLEY_INVOKE_URL` names it, else the region's on AWS, else nobody. A function that does not
    /// declare the variable wakes nobody.
    /// - Parameter http: a client that may reach these private addresses, and other public ones.
    static func live(
        _ name: String, configuration: Configuration, logger: Logger,
        http: ((_ allowedPrivate: [String]) -> HTTPClient)? = nil
    ) -> FunctionInvoker {
        do throws(ConfigurationError) {
            if let url = try configuration.invokeURL { return local(url, logger) }
        } catch {
            return FunctionInvoker { warn($0, "\(error)", logger) }
        }
        guard let region = configuration[.region] else { return .none }
        let authorities = configuration[.certificateFile]
        return aws(
            name, LambdaAPI(region, url: configuration[.lambdaURL]), configuration, logger,
            http ?? { .live(allowedPrivate: $0, connections: 2, authorities: authorities) })
    }

    static func path(of function: String) -> String {
        "/2015-03-31/functions/\(function)/invocations"
    }

    private static func local(_ url: String, _ logger: Logger) -> FunctionInvoker {
        let authority = url.hasPrefix("http://") ? String(url.dropFirst(7)) : url
        let room = LoopbackRoom()
        return FunctionInvoker { function in
            do throws(LoopbackError) {
                let request = LoopbackRequest(
                    method: "POST", path: path(of: function),
                    headers: [("Content-Type", "application/json"), ("X-Amz-Invocation-Type", "Event")],
                    body: Array("{}".utf8))
                let status = try await room.exchange(request, with: authority, timeout: timeout).status
                if status != 202 { warn(function, "status \(status)", logger) }
            } catch {
                warn(function, "\(error)", logger)
            }
        }
    }

    static func warn(_ function: String, _ reason: String, _ logger: Logger) {
        logger.warning("a wake-up was lost", metadata: ["wakes": "\(function)", "reason": "\(reason)"])
    }
}
