import Environment
import FoundationEssentials
import Logging
import Outbound

extension FunctionInvoker {
    /// Seconds an answer may take: a wake-up must never hold up the webhook that sends it.
    private static let timeout = 2.0

    /// The runner's Invoke API when `PARLEY_INVOKE_URL` names it, else the region's on Lambda, else nobody.
    static func live(
        _ name: String, configuration: Configuration, http: HTTPClient, logger: Logger
    ) -> FunctionInvoker {
        if let url = configuration.invokeURL { return local(url, logger) }
        return aws(name, configuration, http, logger) ?? .none
    }

    static func path(of function: String) -> String {
        "/2015-03-31/functions/\(function)/invocations"
    }

    private static func local(_ url: String, _ logger: Logger) -> FunctionInvoker {
        let authority = url.hasPrefix("http://") ? String(url.dropFirst(7).prefix { $0 != "/" }) : url
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

    private static func aws(
        _ name: String, _ configuration: Configuration, _ http: HTTPClient, _ logger: Logger
    ) -> FunctionInvoker? {
        guard let signer = AWSSigner(configuration, service: "lambda") else { return nil }
        // Deployed names may carry a prefix, ours tells which.
        let deployed = configuration[.functionName] ?? name
        let prefix = deployed.hasSuffix(name) ? deployed.dropLast(name.count) : ""
        return FunctionInvoker { function in
            let host = "lambda.\(signer.region).amazonaws.com"
            let path = path(of: prefix + function)
            let headers = signer.sign(
                AWSSigner.Request(
                    method: "POST", host: host, path: path, headers: [("x-amz-invocation-type", "Event")],
                    body: Array("{}".utf8)),
                at: Date())
            let request = OutboundRequest(
                method: "POST", url: "https://\(host)\(path)", headers: headers, body: Array("{}".utf8),
                timeout: timeout)
            do throws(OutboundError) {
                let status = try await http.send(request).status
                if status != 202 { warn(function, "status \(status)", logger) }
            } catch {
                warn(function, error.debugDescription, logger)
            }
        }
    }

    private static func warn(_ function: String, _ reason: String, _ logger: Logger) {
        logger.warning("a wake-up was lost", metadata: ["wakes": "\(function)", "reason": "\(reason)"])
    }
}
