import Domain
import Foundation
import Logging
import Outbound
import Postgres
import Support
import Synchronization
import Testing
import Web

@testable import FunctionHost

@Suite struct EnvironmentTests {
    @Test func theSandboxClockFollowsItsFile() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("clock-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let clock = WallClock.shifted(by: file)
        #expect(abs(clock.now().timeIntervalSinceNow) < 5)
        try "86400.5\n".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(abs(clock.now().timeIntervalSinceNow - 86400.5) < 5)
        try "soon".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(abs(clock.now().timeIntervalSinceNow) < 5)
    }

    @Test func aWakeUpIsAnAsynchronousInvoke() async throws {
        try await withRuntimeAPI { server in
            let invoker = FunctionInvoker.live(
                "probe",
                configuration: Configuration(environment: ["PARLEY_INVOKE_URL": "http://127.0.0.1:\(server.port)"]),
                http: .unused, logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
            // The server knows no such path and answers 404: a lost wake-up is logged, not thrown.
            await invoker.wake("run-jobs")
            let request = try #require(server.requests.first)
            #expect(request.method == "POST")
            #expect(request.path == "/2015-03-31/functions/run-jobs/invocations")
            #expect(request.headers["x-amz-invocation-type"] == "Event")
            #expect(request.body == Array("{}".utf8))
        }
    }

    @Test func onLambdaAWakeUpIsSignedForTheRegion() async throws {
        let sent = Mutex<OutboundRequest?>(nil)
        let http = HTTPClient { request async throws(OutboundError) in
            sent.withLock { $0 = request }
            return OutboundResponse(status: 202)
        }
        let variables = [
            "AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_SESSION_TOKEN": "token", "AWS_LAMBDA_FUNCTION_NAME": "prod-twilio-inbound",
        ]
        let invoker = FunctionInvoker.live(
            "twilio-inbound", configuration: Configuration(environment: variables), http: http,
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        await invoker.wake("run-jobs")
        let request = try #require(sent.withLock { $0 })
        #expect(
            request.url == "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/prod-run-jobs/invocations")
        let headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { $1 }
        #expect(headers["x-amz-invocation-type"] == "Event")
        #expect(headers["x-amz-security-token"] == "token")
        #expect(headers["authorization"]?.contains("/eu-west-1/lambda/aws4_request") == true)
    }

    @Test func logLinesAreJSONAndKeepSecrets() throws {
        let lines = Mutex<[[UInt8]]>([])
        let logger = Logger(label: "x") { _ in
            JSONLogHandler(function: "health", logLevel: .info, requestID: { "r1" }) { line in
                lines.withLock { $0.append(line) }
            }
        }
        logger.debug("unseen")
        logger.warning("a \"quoted\"\nline", metadata: ["n": "1", "API_Key": "hush", "Authorization": "hush"])
        let line = try #require(lines.withLock { $0.first })
        #expect(lines.withLock { $0.count } == 1)
        #expect(line.last == UInt8(ascii: "\n") && !line.dropLast().contains(UInt8(ascii: "\n")))
        let json = try JSONValue(parsing: line)
        #expect(json["level"]?.string == "warning")
        #expect(json["function"]?.string == "health")
        #expect(json["request_id"]?.string == "r1")
        #expect(json["message"]?.string == "a \"quoted\"\nline")
        #expect(json["metadata"]?["n"]?.string == "1")
        #expect(!String(decoding: line, as: UTF8.self).contains("hush"))
        #expect(json["time"]?.string?.hasSuffix("Z") == true)
    }

    @Test func errorsOfTheDatabaseAre503OnlyWhenItIsAway() {
        let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        func status(_ code: PostgresError.Code) -> Int {
            ErrorAnswer.response(to: PostgresError(code, detail: "hush"), requestID: "r", logger: logger).status
        }
        #expect(status(.connection) == 503)
        #expect(status(.timeout) == 503)
        #expect(status(.server) == 500)
        #expect(status(.decoding) == 500)
    }
}

extension HTTPClient {
    /// Fails the test that sends.
    fileprivate static let unused = HTTPClient { _ async throws(OutboundError) in
        Issue.record("no request was expected")
        throw OutboundError(.unreachable)
    }
}
