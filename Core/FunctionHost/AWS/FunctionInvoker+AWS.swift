import Environment
import FoundationEssentials
import Logging
import Outbound

/// Lambda's API in one region.
struct LambdaAPI: Sendable {
    let region: String
    /// Without a slash at its end.
    let url: String

    init(_ region: String, url: String?) {
        self.region = region
        let suffix = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        self.url = url.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? "https://lambda.\(region).\(suffix)"
    }

    private var afterScheme: Substring { url.drop { $0 != "/" }.dropFirst(2) }

    /// As the Host header has it, and so the signature: without the scheme's own port.
    var authority: String {
        let written = afterScheme.prefix { $0 != "/" }
        let port = url.hasPrefix("https://") ? ":443" : ":80"
        return String(written.hasSuffix(port) ? written.dropLast(port.count) : written)
    }

    /// What stands before the path of every call; empty or with a slash in front.
    var path: String { String(afterScheme.drop { $0 != "/" }) }
}

extension FunctionInvoker {
    /// - Parameter name: of this function or process.
    static func aws(
        _ name: String, _ api: LambdaAPI, _ configuration: Configuration, _ logger: Logger,
        _ http: (_ allowedPrivate: [String]) -> HTTPClient
    ) -> FunctionInvoker {
        let endpoint = ContainerEndpoint(configuration)
        // Within a VPC Lambda has a private address, and a container's credentials have one everywhere. For these alone: no
        // other request may go there.
        let http = http([api.url] + [endpoint?.url].compactMap(\.self))
        guard let credentials = source(configuration, endpoint, http) else {
            let isNamed = (configuration[.containerCredentials] ?? configuration[.containerCredentialsURL]) != nil
            let reason: NoCredentials = isNamed ? .unsafeAddress : .noneGiven
            logger.warning("job runners are not woken", metadata: ["reason": "\(reason)"])
            return .none
        }
        let prefix = prefix(name, configuration)
        return FunctionInvoker { function in
            do {
                let request = request(prefix + function, api, try await credentials(Date()), at: Date())
                let status = try await http.send(request).status
                if status != 202 { warn(function, "status \(status)", logger) }
            } catch {
                warn(function, String(reflecting: error), logger)
            }
        }
    }

    private static func source(
        _ configuration: Configuration, _ endpoint: ContainerEndpoint?, _ http: HTTPClient
    ) -> (@Sendable (_ now: Date) async throws -> AWSCredentials)? {
        if let given = AWSCredentials(configuration) { return { _ in given } }
        guard let endpoint else { return nil }
        let container = ContainerCredentials { try await endpoint.ask(http) }
        return { try await container.credentials(at: $0) }
    }

    /// Deployed names may begin with something; a function's own tells with what.
    private static func prefix(_ name: String, _ configuration: Configuration) -> String {
        if let prefix = configuration[.functionPrefix] { return prefix }
        let deployed = configuration[.functionName] ?? name
        return deployed.hasSuffix(name) ? String(deployed.dropLast(name.count)) : ""
    }

    private static func request(
        _ function: String, _ api: LambdaAPI, _ credentials: AWSCredentials, at now: Date
    ) -> OutboundRequest {
        let (call, body) = (path(of: function), Array("{}".utf8))
        let headers = AWSSigner(region: api.region, service: "lambda", credentials: credentials).sign(
            AWSSigner.Request(
                method: "POST", host: api.authority, path: api.path + call,
                headers: [("x-amz-invocation-type", "Event")], body: body),
            at: now)
        return OutboundRequest(method: "POST", url: api.url + call, headers: headers, body: body, timeout: timeout)
    }
}
