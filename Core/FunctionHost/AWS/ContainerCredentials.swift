import Environment
import FoundationEssentials
import Outbound

/// The credentials of an ECS task: asked of an address that only its containers reach, kept, and asked for again before they
/// expire. Calls that come meanwhile share one question, and a failure is not asked about again for some seconds.
actor ContainerCredentials {
    private let ask: @Sendable () async throws -> AWSCredentials
    private var kept: AWSCredentials?
    private var asking: Task<AWSCredentials, any Error>?
    private var failure: (error: any Error, at: Date)?

    /// Seconds before their end in which they are asked for again; until then the old ones serve when there is no answer.
    private static let margin = 300.0
    /// Seconds after a failure in which nobody asks.
    private static let pause = 5.0

    init(ask: @escaping @Sendable () async throws -> AWSCredentials) {
        self.ask = ask
    }

    func credentials(at now: Date) async throws -> AWSCredentials {
        if let kept, kept.lasts(Self.margin, after: now) { return kept }
        if let failure, abs(now.timeIntervalSince(failure.at)) < Self.pause {
            return try keptOnes(at: now, failure.error)
        }
        let task = asking ?? Task { [ask] in try await ask() }
        asking = task
        let result = await task.result
        // Of those who waited for it the first one writes it down.
        if asking == task {
            asking = nil
            switch result {
            case .success(let credentials): (kept, failure) = (credentials, nil)
            case .failure(let error): failure = (error, now)
            }
        }
        switch result {
        case .success(let credentials): return credentials
        case .failure(let error): return try keptOnes(at: now, error)
        }
    }

    private func keptOnes(at now: Date, _ error: any Error) throws -> AWSCredentials {
        guard let kept, kept.lasts(0, after: now) else { throw error }
        return kept
    }
}

/// Where they are asked for.
struct ContainerEndpoint: Sendable, Equatable {
    let url: String
    /// Read anew for each question: its content changes. `nil`: none is needed.
    let tokenFile: String?

    /// The addresses that the SDKs talk to without TLS: of ECS, of EKS, and the machine itself.
    private static let hosts: Set<String> = [
        "127.0.0.1", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost",
    ]
    private static let timeout = 2.0

    /// - Returns: `nil` where there is none, or one that secrets may not be asked of.
    init?(_ configuration: Configuration) {
        tokenFile = configuration[.containerTokenFile]
        if let path = configuration[.containerCredentials] {
            guard path.hasPrefix("/") else { return nil }
            url = "http://169.254.170.2\(path)"
        } else if let url = configuration[.containerCredentialsURL] {
            guard url.hasPrefix("https://") || Self.plainHost(url).map(Self.hosts.contains) == true else { return nil }
            self.url = url
        } else {
            return nil
        }
    }

    private static func plainHost(_ url: String) -> String? {
        guard url.hasPrefix("http://") else { return nil }
        let authority = url.dropFirst(7).prefix { !"/?#".contains($0) }
        guard authority.hasPrefix("["), let end = authority.firstIndex(of: "]") else {
            return String(authority.prefix { $0 != ":" })
        }
        return String(authority[...end])
    }

    func ask(_ http: HTTPClient) async throws -> AWSCredentials {
        let answer = try await http.send(try request())
        guard answer.status == 200, let credentials = AWSCredentials(containersAnswer: answer.body) else {
            throw NoCredentials.refused(status: answer.status)
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

enum NoCredentials: Error, CustomStringConvertible {
    case noneGiven
    /// One is given, and secrets may not be asked of it.
    case unsafeAddress
    case refused(status: Int)

    var description: String {
        switch self {
        case .noneGiven: "there are no AWS credentials: neither AWS_ACCESS_KEY_ID nor a container's"
        case .unsafeAddress: "the address of the container's credentials is none that may be asked without TLS"
        case .refused(let status): "the container's credentials were refused (\(status))"
        }
    }
}
