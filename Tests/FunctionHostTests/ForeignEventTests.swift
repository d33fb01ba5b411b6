import Foundation
import Logging
import Support
import Synchronization
import Testing
import Web

@testable import FunctionHost

/// What a function that also serves schedules takes, and what it refuses: an event of another kind may carry anybody's words.
@Suite struct ForeignEventTests {
    static func serve(_ payload: String, hasSchedule: Bool = true) async throws -> (ran: Int, answer: String) {
        let ran = Mutex(0)
        var router = Router()
        router.on("GET /api/cron/reset-usage") { _ in .text("by secret only", status: 401) }
        var function = Function(router: router)
        if hasSchedule {
            function.onEvent = { _, _ in
                ran.withLock { $0 += 1 }
                return Data("{}".utf8)
            }
        }
        let dispatcher = Dispatcher(
            function: function, settings: try HTTPSettings(Configuration(environment: [:])),
            logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
        let context = InvocationContext(requestID: "1", functionARN: "arn", deadline: Date() + 5)
        do {
            let answer = try await dispatcher.serve(Array(payload.utf8), context: context)
            return (ran.withLock { $0 }, String(decoding: answer, as: UTF8.self))
        } catch {
            return (ran.withLock { $0 }, "\(error)")
        }
    }

    @Test(arguments: [
        "{}",
        #"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.scheduler","account":"1","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:scheduler:us-east-1:1:schedule/default/month"],"detail":"{}"}"#,
        #"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","account":"1","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":["arn:aws:events:us-east-1:1:rule/month"],"detail":{}}"#,
    ]) func schedulesRun(_ payload: String) async throws {
        #expect(try await Self.serve(payload).ran == 1)
        let refusal = try await Self.serve(payload, hasSchedule: false)
        #expect(refusal.ran == 0 && refusal.answer.hasSuffix("in payload format 2.0"))
    }

    @Test(arguments: [
        // A REST API's request, a load balancer's, a queue's and a topic's records, a failure's record, others.
        #"{"resource":"/{proxy+}","path":"/api/cron/reset-usage","httpMethod":"GET","headers":{},"requestContext":{"stage":"prod","httpMethod":"GET"}}"#,
        #"{"requestContext":{"elb":{"targetGroupArn":"arn"}},"httpMethod":"GET","path":"/api/cron/reset-usage","headers":{}}"#,
        #"{"Records":[{"messageId":"1","body":"{}","eventSource":"aws:sqs"}]}"#,
        #"{"Records":[{"EventSource":"aws:sns","Sns":{"Message":"{}"}}]}"#,
        #"{"version":"1.0","timestamp":"t","requestContext":{"requestId":"1","condition":"RetriesExhausted"},"requestPayload":{},"responseContext":{"statusCode":200},"responsePayload":{}}"#,
        #"{"version":"0","detail-type":"Object Created","source":"aws.s3","detail":{}}"#,
        #"{"source":"aws.events","detail-type":"Scheduled Event","requestContext":{},"detail":{}}"#,
        #"{"source":"aws.events","detail-type":"Scheduled Event","Records":[]}"#,
        #"{"source":"aws.events","detail-type":"Scheduled Event","httpMethod":"GET","detail":{}}"#,
        #"{"anything":1}"#, "[]", "null", "1", #""text""#, "", "{", "\u{0}",
    ]) func everythingElseIsRefusedWithASentence(_ payload: String) async throws {
        let (ran, answer) = try await Self.serve(payload)
        #expect(ran == 0)
        #expect(answer.hasPrefix("refused: ") && answer.contains("payload format 2.0"), "\(answer)")
    }
}
