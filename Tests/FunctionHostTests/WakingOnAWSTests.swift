import Environment
import Foundation
import Logging
import Outbound
import Support
import Synchronization
import Testing

@testable import FunctionHost

/// Who signs, and where the call goes, beside a function's own credentials: `EnvironmentTests`.
@Suite struct WakingOnAWSTests {
    private static let relative = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    private static let full = "AWS_CONTAINER_CREDENTIALS_FULL_URI"

    /// - Returns: what was asked of whom, and which private addresses were allowed.
    private func wake(
        _ variables: [String: String], times: Int = 1, _ script: [Result<OutboundResponse, OutboundError>]
    ) async -> (requests: [OutboundRequest], allowed: [String], log: [String]) {
        let (recorder, lines) = (RecordingHTTP(script), Lines())
        var allowed: [String] = []
        let invoker = FunctionInvoker.live(
            "session-worker",
            configuration: Configuration(environment: ["AWS_REGION": "eu-west-1"].merging(variables) { $1 }),
            logger: Logger(label: "t") { _ in lines.handler }
        ) {
            allowed = $0
            return recorder.client
        }
        for _ in 0..<times { await invoker.wake("run-jobs") }
        return (recorder.requests, allowed, lines.all)
    }

    private static func credentials(lasting seconds: Double) -> Result<OutboundResponse, OutboundError> {
        let end = Date(timeIntervalSinceNow: seconds).formatted(.iso8601)
        return .answer(
            200, #"{"AccessKeyId":"AKIDTASK","SecretAccessKey":"s","Token":"t","Expiration":"\#(end)","RoleArn":"x"}"#)
    }

    @Test func aTaskSignsWithItsRole() async throws {
        let (requests, allowed, _) = await wake(
            [Self.relative: "/v2/credentials/1", "PARLEY_FUNCTION_PREFIX": "prod-"], times: 2,
            [Self.credentials(lasting: 3600), .answer(202, "")])
        #expect(
            requests.map(\.url) == [
                "http://169.254.170.2/v2/credentials/1",
                "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/prod-run-jobs/invocations",
                "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/prod-run-jobs/invocations",
            ], "the credentials are kept")
        let headers = Dictionary(requests[1].headers.map { ($0.name, $0.value) }) { $1 }
        #expect(headers["x-amz-security-token"] == "t")
        #expect(headers["authorization"]?.contains("Credential=AKIDTASK/") == true)
        #expect(allowed == ["https://lambda.eu-west-1.amazonaws.com", "http://169.254.170.2/v2/credentials/1"])
    }

    @Test func credentialsAreAskedForAgainBeforeTheyEnd() async throws {
        let (requests, _, _) = await wake(
            [Self.relative: "/v2/1"], times: 2,
            [Self.credentials(lasting: 200), .answer(202, ""), Self.credentials(lasting: 3600), .answer(202, "")])
        #expect(requests.map { $0.url.hasPrefix("http://169") } == [true, false, true, false])
    }

    @Test func theOldOnesServeWhileThereIsNoAnswer() async throws {
        let (requests, _, log) = await wake(
            [Self.relative: "/v2/1"], times: 3,
            [Self.credentials(lasting: 200), .answer(202, ""), .answer(500, ""), .answer(202, ""), .answer(202, "")])
        #expect(
            requests.map { $0.url.hasPrefix("http://169") } == [true, false, true, false, false],
            "and a failure is not asked about again at once")
        #expect(log.isEmpty)
    }

    @Test(arguments: [
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://10.0.0.1/steal"],
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2.evil.test/"],
        ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "ftp://127.0.0.1/"],
        ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "no-slash"], [:],
    ]) func withoutCredentialsItSaysSoOnce(_ variables: [String: String]) async throws {
        let (requests, _, log) = await wake(variables, times: 2, [.answer(202, "")])
        #expect(requests.isEmpty)
        let reason = variables.isEmpty ? "neither AWS_ACCESS_KEY_ID nor" : "none that may be asked without TLS"
        #expect(log.count == 1 && log[0].contains(reason), "\(log)")
    }

    @Test func aFailureOfSeveralIsOneQuestion() async throws {
        let asked = Mutex(0)
        let credentials = ContainerCredentials {
            asked.withLock { $0 += 1 }
            try await Task.sleep(for: .milliseconds(50))
            throw NoCredentials.refused(status: 500)
        }
        let now = Date()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try? await Task.sleep(for: .milliseconds(5 * number))
                    _ = try? await credentials.credentials(at: now)
                }
            }
        }
        #expect(asked.withLock { $0 } == 1)
        _ = try? await credentials.credentials(at: now + 6)
        #expect(asked.withLock { $0 } == 2)
    }

    @Test(
        arguments: [
            ("eu-west-1", nil, "lambda.eu-west-1.amazonaws.com", ""),
            ("cn-north-1", nil, "lambda.cn-north-1.amazonaws.com.cn", ""),
            (
                "eu-west-1", "https://vpce-1.lambda.eu-west-1.vpce.amazonaws.com:443/",
                "vpce-1.lambda.eu-west-1.vpce.amazonaws.com", ""
            ),
            ("eu-west-1", "http://127.0.0.1:4566/base", "127.0.0.1:4566", "/base"),
            ("eu-west-1", "http://localhost:80", "localhost", ""),
        ] as [(String, String?, String, String)])
    func theAddressIsSignedAsItIsSent(region: String, url: String?, authority: String, path: String) {
        let api = LambdaAPI(region, url: url)
        #expect(api.authority == authority && api.path == path)
    }

    @Test func aTokenFileIsReadForEachQuestion() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "secret\n".write(toFile: file, atomically: true, encoding: .utf8)
        let (requests, _, _) = await wake(
            [Self.full: "http://169.254.170.23/v1/credentials", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": file],
            [Self.credentials(lasting: 3600), .answer(202, "")])
        #expect(requests[0].headers.map(\.value) == ["secret"])
    }

    @Test func anEndpointOfOnesOwnIsCalledAndSignedFor() async throws {
        let (requests, allowed, _) = await wake(
            [
                "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S",
                "AWS_ENDPOINT_URL_LAMBDA": "http://127.0.0.1:4566/",
            ], [.answer(202, "")])
        #expect(requests.map(\.url) == ["http://127.0.0.1:4566/2015-03-31/functions/run-jobs/invocations"])
        #expect(allowed == ["http://127.0.0.1:4566"])
    }
}

/// What was logged.
private final class Lines: Sendable {
    private let kept = Mutex<[String]>([])
    var all: [String] { kept.withLock { $0 } }
    var handler: any LogHandler { Handler(lines: self) }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.kept.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
