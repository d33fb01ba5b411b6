import Environment
import FoundationEssentials
import Outbound

/// The credentials of an ECS task: asked of an address that only its containers reach, kept, and asked for again before they
/// expire. Calls that come meanwhile share one question.
actor ContainerCredentials {
    private let ask: @Sendable () async throws -> AWSCredentials
    private var kept: AWSCredentials?
    private var asking: Task<AWSCredentials, any Error>?

    /// Seconds before their end in which they are asked for again; until then the old ones serve when there is no answer.
    private static let margin = 300.0

    init(ask: @escaping @Sendable () async throws -> AWSCredentials) {
        self.ask = ask
    }

    func credentials(at now: Date) async throws -> AWSCredentials {
        if let kept, kept.lasts(Self.margin, after: now) { return kept }
        let task = asking ?? Task { [ask] in try await ask() }
        asking = task
        do {
            let credentials = try await task.value
            (kept, asking) = (credentials, nil)
            return credentials
        } catch {
            asking = nil
            guard let kept, kept.lasts(0, after: now) else { throw error }
            return kept
        }
    }
}

/// Where they are asked for.
struct ContainerEndpoint: Sendable, Equatable {
    let url: String
    /// Read anew for each question: its content changes. `nil`: none is needed.
    let tokenFile: String?

    /// The addresses that the SDKs talk to without TLS: of ECS, of EKS, and the machine itself.
    private static let hosts: Set<String> = ["127.0.0.1", "169.254.170.2", "169.254.170.23", "localhost"]
    private static let timeout = 2.0

    /// - Returns: `nil` where there is none, or one that secrets may not be asked of.
    init?(_ configuration: Configuration) {
        tokenFile = configuration[.containerTokenFile]
        if let path = configuration[.containerCredentials] {
            guard path.hasPrefix("/") else { return nil }
            url = "http://169.254.170.2\(path)"
        } else if let url = configuration[.containerCredentialsURL] {
            let plain = url.hasPrefix("http://") ? url.dropFirst(7).prefix { !"/:?#".contains($0) } : nil
            guard url.hasPrefix("https://") || plain.map({ Self.hosts.contains(String($0)) }) == true else {
                return nil
            }
            self.url = url
        } else {
            return nil
        }
    }

    func ask(_ http: HTTPClient) async throws -> AWSCredentials {
        let answer = try await http.send(try request())
        guard answer.status == 200, let credentials = AWSCredentials(containersAnswer: answer.body) else {
            throw NoCredentials(status: answer.status)
        }
        return credentials
    }

    private func request() throws -> OutboundRequest {
        var headers: [(name: String, value: String)] = []
        if let tokenFile {
            let token = try String(contentsOfFile: tokenFile, encoding: .utf8)
            headers.append((name: "authorization", value: token.filter { !$0.isNewline }))
        }
        return OutboundRequest(method: "GET", url: url, headers: headers, timeout: Self.timeout)
    }
}

struct NoCredentials: Error, CustomStringConvertible {
    /// `nil`: nobody was asked.
    var status: Int?

    var description: String {
        if let status { return "the container's credentials were refused (\(status))" }
        return "there are no AWS credentials: neither AWS_ACCESS_KEY_ID nor a container's"
    }
}
