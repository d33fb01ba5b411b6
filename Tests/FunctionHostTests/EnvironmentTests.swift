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
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
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
            "twilio-inbound", configuration: Configuration(environment: variables),
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }, http: { _ in http })
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

    @Test func errorsOfTheDatabaseAre503OnlyWhenItIsAwayOrBusy() {
        let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
        func status(_ code: PostgresError.Code) -> Int {
            ErrorAnswer.response(to: PostgresError(code, detail: "hush"), requestID: "r", logger: logger).status
        }
        for code in [PostgresError.Code.connection, .timeout, .busy] { #expect(status(code) == 503, "\(code)") }
        for code in [PostgresError.Code.server, .decoding] { #expect(status(code) == 500, "\(code)") }
    }

    /// Errors as the server makes them.
    @Test(arguments: [
        ("set local lock_timeout = 50; select * from parley.organizations", 503),
        ("set local statement_timeout = 50; select pg_sleep(5)", 503),
        ("do $$ begin raise exception using errcode = '40P01'; end $$", 503),
        ("do $$ begin raise exception using errcode = '53300'; end $$", 503),
        ("select * from parley.nothing_of_that_name", 500),
        ("do $$ begin raise unique_violation; end $$", 500),
    ])
    func aDatabaseThatIsOverloadedIs503(_ statement: String, _ status: Int) async throws {
        try await TestDatabase.with { database in
            try await database.owner.withConnection { holder in
                try await holder.script("begin; lock table parley.organizations")
                let error = await #expect(throws: PostgresError.self) {
                    try await TestDatabase.administer(database.ownerURL) { try await $0.script("begin; \(statement)") }
                }
                try await holder.script("rollback")
                let logger = Logger(label: "t") { _ in SwiftLogNoOpLogHandler() }
                let answer = ErrorAnswer.response(to: try #require(error), requestID: "r", logger: logger)
                #expect(answer.status == status)
                #expect(answer.headers["retry-after"] == (status == 503 ? "5" : nil))
            }
        }
    }

    /// More than there are threads: who waits for a host that doesn't answer keeps nobody else from working.
    @Test func aHostThatDoesNotAnswerHoldsUpNothingElse() async throws {
        let (listener, port) = try TestSocket.listen()
        defer { TestSocket.close(listener) }
        let configuration = Configuration(environment: ["PARLEY_INVOKE_URL": "http://127.0.0.1:\(port)"])
        let began = ContinuousClock.now
        let wakes = (0..<2 * ProcessInfo.processInfo.activeProcessorCount).map { _ in
            let invoker = FunctionInvoker.live(
                "probe", configuration: configuration,
                logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
            return Task.detached { await invoker.wake("run-jobs") }
        }
        // With every thread taken this task would not come back in time either.
        try await Task.sleep(for: .milliseconds(200))
        #expect(ContinuousClock.now - began < .seconds(1.9), "each of them waits for two")
        for wake in wakes { await wake.value }
    }
}

@Suite struct LogLevelTests {
    @Test(arguments: [
        ([:], Logger.Level.info), (["LOG_LEVEL": "debug"], .debug), (["AWS_LAMBDA_LOG_LEVEL": "WARN"], .warning),
        (["AWS_LAMBDA_LOG_LEVEL": "FATAL"], .critical),
        (["AWS_LAMBDA_LOG_LEVEL": "TRACE", "LOG_LEVEL": "error"], .error),
        (["AWS_LAMBDA_LOG_LEVEL": "loud"], .info),
    ]) func levelsHaveTheirNamesHereAndOnLambda(_ variables: [String: String], _ level: Logger.Level) {
        let logger = Logger.json(function: "t", configuration: Configuration(environment: variables))
        #expect(logger.logLevel == level)
    }
}
