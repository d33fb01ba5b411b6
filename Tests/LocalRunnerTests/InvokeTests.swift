import Foundation
import HTTPServer
import NIOCore
import NIOHTTP1
import Testing

@testable import LocalRunner

/// The Invoke API over real processes.
@Suite(.serialized) struct InvokeTests {
    @Test func answersWithTheFunctionsOutput() async throws {
        try await TestHost.with(.probe()) { host in
            let answer = try await host.invoke("probe", #"{"do":"echo","a":[1,"ü"]}"#)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"do":"echo","a":[1,"ü"]}"#)
            #expect(answer.headers.first(name: "x-amz-executed-version") == "$LATEST")
            #expect(!answer.headers.contains(name: "x-amz-function-error"))
            let byARN = try await host.invoke(
                "arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Aprobe", #"{"do":"echo"}"#)
            #expect(byARN.text == #"{"do":"echo"}"#)
        }
    }

    @Test func tellsTheFunctionWhoAndUntilWhen() async throws {
        try await TestHost.with(
            .probe {
                $0.timeoutSeconds = 7; $0.env = ["LEVEL": "debug"]
            }
        ) { host in
            let before = Date().timeIntervalSince1970 * 1000
            let answer = try await host.invoke("probe", #"{"do":"context"}"#)
            let context = try answer.json()
            #expect(context["requestId"] as? String == answer.headers.first(name: "x-amzn-requestid"))
            #expect(context["arn"] as? String == "arn:aws:lambda:us-east-1:000000000000:function:probe")
            let deadline = try #require(context["deadlineMs"] as? Double)
            #expect(deadline >= before + 7000 && deadline < before + 7000 + 60_000)
            let trace = try #require(context["traceId"] as? String)
            #expect(trace.hasPrefix("Root=1-") && context["traceVariable"] as? String == trace)
            for (name, value) in [
                ("LEVEL", "debug"), ("_HANDLER", "probe"), ("AWS_LAMBDA_FUNCTION_NAME", "probe"), ("TZ", "UTC"),
                ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"), ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
                ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"), ("AWS_REGION", "us-east-1"),
            ] {
                let answer = try await host.invoke("probe", #"{"do":"environment","name":"\#(name)"}"#)
                #expect(answer.text == "\"\(value)\"", "\(name)")
            }
        }
    }

    @Test func aFailureIsReportedAndTheProcessLivesOn() async throws {
        try await TestHost.with(.probe()) { host in
            let first = try await host.invoke("probe", #"{"do":"count"}"#).json()
            let failed = try await host.invoke("probe", #"{"do":"throw","message":"no luck"}"#)
            #expect(failed.status == 200)
            #expect(failed.headers.first(name: "x-amz-function-error") == "Unhandled")
            #expect(try failed.json()["errorType"] != nil)
            let second = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(first["pid"] as? Int == second["pid"] as? Int)
        }
    }

    @Test func aProcessThatDiesFailsItsInvocationOnly() async throws {
        try await TestHost.with(.probe()) { host in
            let exit = try await host.invoke("probe", #"{"do":"exit","code":3}"#)
            #expect(exit.status == 200)
            let id = try #require(exit.headers.first(name: "x-amzn-requestid"))
            #expect(try exit.json()["errorType"] as? String == "Runtime.ExitError")
            #expect(
                try exit.json()["errorMessage"] as? String
                    == "RequestId: \(id) Error: Runtime exited with error: exit status 3")
            let crash = try await host.invoke("probe", #"{"do":"crash"}"#).json()
            #expect((crash["errorMessage"] as? String)?.contains("signal: ") == true)
            #expect(try await host.invoke("probe", #"{"do":"echo"}"#).text == #"{"do":"echo"}"#)
        }
    }

    @Test func timeOutsKillAndTheNextInvocationGetsANewProcess() async throws {
        try await TestHost.with(.probe { $0.timeoutSeconds = 1 }) { host in
            let before = try await host.invoke("probe", #"{"do":"count"}"#).json()
            let started = ContinuousClock.now
            let late = try await host.invoke("probe", #"{"do":"sleep","ms":20000}"#)
            #expect(ContinuousClock.now - started < .seconds(5))
            #expect(try late.json()["errorType"] as? String == "Sandbox.Timeout")
            #expect(
                (try late.json()["errorMessage"] as? String)?.hasSuffix("Task timed out after 1.00 seconds") == true)
            let after = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(after["count"] as? Int == 1)
            #expect(after["pid"] as? Int != before["pid"] as? Int)
        }
    }

    @Test func whoTakesTooMuchMemoryIsEnded() async throws {
        try await TestHost.with(.probe { $0.memoryMB = 128 }) { host in
            let before = try await host.invoke("probe", #"{"do":"count"}"#).json()
            // The order itself may be answered before the watch sees the memory; then the next invocation is cut off.
            let first = try await host.invoke("probe", #"{"do":"allocate","mb":200}"#)
            let second = try await host.invoke("probe", #"{"do":"sleep","ms":1000}"#)
            let failed = try #require([first, second].first { $0.headers.contains(name: "x-amz-function-error") })
            #expect(try failed.json()["errorType"] as? String == "Runtime.ExitError")
            #expect((try failed.json()["errorMessage"] as? String)?.contains("of 128 MB") == true)
            let after = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(before["pid"] as? Int != after["pid"] as? Int)
            #expect(await host.log("probe").contains("out of memory: "))
        }
    }

    @Test(arguments: [
        ("throw", "errorType", "ProbeError"), ("exit", "errorMessage", "exit status 4"),
        ("sleep:60000", "errorMessage", "Init timed out after 1.00 seconds"),
    ])
    func aFunctionThatCannotStartSaysWhy(_ order: String, _ key: String, _ words: String) async throws {
        let manifest = FunctionManifest.probe {
            $0.env = ["PROBE_INIT": order]
            $0.initTimeoutSeconds = order == "sleep:60000" ? 1 : 60
        }
        try await TestHost.with(manifest) { host in
            let answer = try await host.invoke("probe", "{}")
            #expect(answer.status == 200)
            #expect(answer.headers.first(name: "x-amz-function-error") == "Unhandled")
            #expect((try answer.json()[key] as? String)?.contains(words) == true, "\(answer.text)")
        }
    }

    @Test func anExecutableThatIsMissingSaysSo() async throws {
        try await TestHost.with(.probe(), executable: "/nowhere/bootstrap") { host in
            let answer = try await host.invoke("probe", "{}")
            #expect(answer.status == 200)
            #expect(try answer.json()["errorType"] as? String == "Runtime.InvalidEntrypoint")
        }
    }

    @Test func theCallersTraceIsKept() async throws {
        try await TestHost.with(.probe()) { host in
            let trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
            let answer = try await host.invoke("probe", #"{"do":"context"}"#, headers: [("x-amzn-trace-id", trace)])
            #expect(answer.text.contains(trace), "\(answer.text)")
            let odd = try await host.invoke("probe", #"{"do":"context"}"#, headers: [("x-amzn-trace-id", "a b")])
            #expect(odd.text.contains("Root=1-") && !odd.text.contains("a b"))
        }
    }

    /// Any user of this machine finds the port; a page in a browser reaches it.
    @Test func withoutTheSecretThereIsNoInvokeAPI() async throws {
        try await TestHost.with(.probe()) { host in
            func ask(_ path: String, _ headers: [(String, String)] = []) async throws -> LocalRequest.Answer {
                try await LocalRequest(path: path, headers: headers, body: ByteBuffer(string: "{}"))
                    .send(port: host.control.port)
            }
            let path = "/2015-03-31/functions/probe/invocations"
            for prefix in ["", "/", "/x", "/\(TestHost.secret)x", "/\(TestHost.secret.dropLast())"] {
                let denied = try await ask(prefix + path)
                #expect(denied.status == 403, "\(prefix)")
                #expect(denied.headers.first(name: "x-amzn-errortype") == "AccessDeniedException", "\(prefix)")
            }
            let right = "/" + TestHost.secret + path
            #expect(try await ask(right, [("origin", "http://127.0.0.1")]).status == 403)
            let rebound = try await RawClient.send(
                "POST \(right) HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}",
                port: host.control.port)
            try await rebound.wait("the refusal") { $0.isClosed }
            #expect(await rebound.statuses == [403])
            #expect(await host.host.pools["probe"]?.processCount == 0, "nothing was started for any of them")
            #expect(try await ask(right).status == 200)
        }
    }

    /// Only the gateway knows where a request came from.
    @Test func theAddressInAnInvokedEventIsNotBelieved() async throws {
        let context = #""requestContext":{"http":{"method":"GET","path":"/probe/echo","sourceIp":"203.0.113.9"}}"#
        let event = #"{"rawPath":"/probe/echo","headers":{"X-Forwarded-For":"203.0.113.9","a":"b"},\#(context)}"#
        let manifest = FunctionManifest.probe { $0.env = ["TRUSTED_PROXIES": "127.0.0.1"] }
        try await TestHost.with(manifest) { host in
            let answer = try await host.invoke("probe", event)
            #expect(answer.text.contains("127.0.0.1") && answer.text.contains("200"), "\(answer.text)")
            #expect(!answer.text.contains("203.0.113.9"), "\(answer.text)")
            let plain = #"{"do":"echo","sourceIp":"203.0.113.9"}"#
            #expect(try await host.invoke("probe", plain).text == plain, "anything else goes as it came")
        }
    }

    @Test func theListingIsLambdas() async throws {
        try await TestHost.with(.probe()) { host in
            func ask(_ path: String, _ method: HTTPMethod = .GET) async throws -> LocalRequest.Answer {
                try await LocalRequest(method: method, path: "/\(TestHost.secret)/2015-03-31/functions\(path)")
                    .send(port: host.control.port)
            }
            let configuration = try await ask("/probe/configuration")
            #expect(configuration.status == 200)
            #expect(try configuration.json()["FunctionName"] as? String == "probe")
            #expect(try await ask("?FunctionVersion=ALL").text.contains("$LATEST"))
            #expect(try await ask("?FunctionVersion=LATEST").status == 400)
            #expect(try await ask("?MasterRegion=eu-west-1").text == #"{"Functions":[]}"#)
            let wrong = try await ask("/probe/configuration", .PUT)
            #expect(wrong.status == 405 && wrong.headers.first(name: "allow") == "GET")
            let large = try await LocalRequest(
                path: "/\(TestHost.secret)/2015-03-31/functions/probe/invocations",
                body: ByteBuffer(repeating: 32, count: 13 << 20)
            ).send(port: host.control.port)
            #expect(large.status == 413)
            #expect(large.headers.first(name: "x-amzn-errortype") == "RequestTooLargeException")
        }
    }

    @Test func aDryRunRunsNothing() async throws {
        try await TestHost.with(.probe()) { host in
            let answer = try await host.invoke("probe", "{}", headers: [("x-amz-invocation-type", "DryRun")])
            #expect(answer.status == 204)
            #expect(await host.host.pools["probe"]?.processCount == 0)
        }
    }

    @Test func theTailHoldsTheInvocationsLines() async throws {
        try await TestHost.with(.probe()) { host in
            let answer = try await host.invoke(
                "probe", #"{"do":"print","text":"to stdout","error":"to stderr"}"#,
                headers: [("x-amz-log-type", "Tail")])
            let id = try #require(answer.headers.first(name: "x-amzn-requestid"))
            let encoded = try #require(answer.headers.first(name: "x-amz-log-result"))
            let log = String(decoding: try #require(base64Decoded(encoded)), as: UTF8.self)
            for line in ["START RequestId: \(id) Version: $LATEST", "to stdout", "to stderr", "END RequestId: \(id)"] {
                #expect(log.split(separator: "\n").contains(Substring(line)), "\(line) is not in \(log)")
            }
            let report =
                #/REPORT RequestId: [0-9a-f-]{36}\tDuration: [0-9.]+ ms\tBilled Duration: [0-9]+ ms\tMemory Size: 256 MB\tMax Memory Used: ([0-9]+) MB\tInit Duration: [0-9.]+ ms/#
            let memory = try #require(log.firstMatch(of: report)?.1)
            #expect(try #require(Int(memory)) > 2)
            let second = try await host.invoke("probe", "{}", headers: [("x-amz-log-type", "Tail")])
            let secondLog = String(
                decoding: try #require(second.headers.first(name: "x-amz-log-result").flatMap(base64Decoded)),
                as: UTF8.self)
            #expect(!secondLog.contains("Init Duration"))
        }
    }

    @Test func refusesWhatItCannotTake() async throws {
        try await TestHost.with(.probe()) { host in
            func expect(
                _ answer: LocalRequest.Answer, _ status: Int, _ type: String, _ line: Int = #line
            ) throws {
                #expect(answer.status == status, "line \(line)")
                #expect(answer.headers.first(name: "x-amzn-errortype") == type, "line \(line)")
                // As botocore reads them.
                let key = ["ResourceNotFoundException", "ServiceException"].contains(type) ? "Message" : "message"
                #expect(try answer.json()[key] != nil, "line \(line)")
            }
            try expect(try await host.invoke("nobody", "{}"), 404, "ResourceNotFoundException")
            try expect(
                try await host.invoke("probe", "{}", headers: [("x-amz-log-type", "tail")]), 400,
                "InvalidParameterValueException")
            try expect(try await host.invoke("probe", "{"), 400, "InvalidRequestContentException")
            let sync = "\"" + String(repeating: "x", count: 6 << 20) + "\""
            try expect(try await host.invoke("probe", sync), 413, "RequestTooLargeException")
            let event = "\"" + String(repeating: "x", count: 1 << 20) + "\""
            try expect(
                try await host.invoke("probe", event, headers: [("x-amz-invocation-type", "Event")]), 413,
                "RequestTooLargeException")
            try expect(
                try await host.invoke("probe", "{}", headers: [("x-amz-invocation-type", "Later")]), 400,
                "InvalidParameterValueException")
            try expect(
                try await host.invoke("probe", "{}", headers: [("x-amz-client-context", "%%%")]), 400,
                "InvalidParameterValueException")
        }
    }

    @Test func anOversizedAnswerIsAnError() async throws {
        try await TestHost.with(.probe()) { host in
            let answer = try await host.invoke("probe", #"{"do":"big","bytes":7000000}"#)
            #expect(answer.headers.first(name: "x-amz-function-error") == "Unhandled")
            #expect(try answer.json()["errorType"] as? String == "Function.ResponseSizeTooLarge")
            #expect(try await host.invoke("probe", #"{"do":"count"}"#).status == 200)
        }
    }

    @Test func beyondProcessesAndQueueCallersAreThrottled() async throws {
        try await TestHost.with(
            .probe {
                $0.concurrency = 1; $0.queue = 1
            }
        ) { host in
            _ = try await host.invoke("probe", "{}")
            let statuses = try await withThrowingTaskGroup(of: LocalRequest.Answer.self) { group in
                for _ in 0..<4 { group.addTask { try await host.invoke("probe", #"{"do":"sleep","ms":400}"#) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.map(\.status).sorted() == [200, 200, 429, 429])
            let throttled = try #require(statuses.first { $0.status == 429 })
            #expect(throttled.headers.first(name: "x-amzn-errortype") == "TooManyRequestsException")
            #expect(throttled.headers.first(name: "retry-after") == "1")
            #expect(try throttled.json()["Reason"] as? String == "ReservedFunctionConcurrentInvocationLimitExceeded")
        }
    }

    @Test func aHundredAtOnceKeepTheLimitAndLoseNothing() async throws {
        try await TestHost.with(.probe { $0.concurrency = 5 }) { host in
            let answers = try await withThrowingTaskGroup(of: (Int, LocalRequest.Answer).self) { group in
                for number in 0..<100 {
                    group.addTask {
                        (number, try await host.invoke("probe", #"{"do":"sleep","ms":20,"n":\#(number)}"#))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.1.status == 200 }.count == 100)
            #expect(Set(answers.compactMap { $0.1.headers.first(name: "x-amzn-requestid") }).count == 100)
            let started = await host.log("probe").split(separator: "\n").count { $0.contains("INIT_START") }
            #expect((1...5).contains(started), "\(started) processes were started")
            #expect(await host.log("probe").split(separator: "\n").count { $0.contains(" REPORT ") } == 100)
        }
    }

    @Test func wakesThatWaitAreOne() async throws {
        try await TestHost.with(
            .probe {
                $0.concurrency = 1; $0.wakeOnly = true
            }
        ) { host in
            _ = try await host.invoke("probe", "{}")
            async let busy = host.invoke("probe", #"{"do":"sleep","ms":500}"#)
            try await Task.sleep(for: .milliseconds(100))
            for _ in 0..<10 {
                let answer = try await host.invoke("probe", "{}", headers: [("x-amz-invocation-type", "Event")])
                #expect(answer.status == 202)
            }
            _ = try await busy
            let served = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(served["count"] as? Int == 4, "one, the busy one, a single wake and the count itself")
        }
    }

    /// A wake that ends must not make room for two where another one waits.
    @Test func wakesThatWaitStayOneWhenAnEarlierOneEnds() async throws {
        try await TestHost.with(
            .probe {
                $0.concurrency = 1; $0.wakeOnly = true
            }
        ) { host in
            func wake(_ payload: String = "{}") async throws {
                let answer = try await host.invoke("probe", payload, headers: [("x-amz-invocation-type", "Event")])
                #expect(answer.status == 202)
            }
            _ = try await host.invoke("probe", "{}")
            try await wake(#"{"do":"sleep","ms":300}"#)
            async let busy = host.invoke("probe", #"{"do":"sleep","ms":600}"#)
            try await Task.sleep(for: .milliseconds(100))
            try await wake()
            // The first one is over, the second waits behind the busy one.
            try await Task.sleep(for: .milliseconds(400))
            for _ in 0..<10 { try await wake() }
            _ = try await busy
            let served = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(served["count"] as? Int == 5, "one, a wake, the busy one, another wake, the count itself")
        }
    }

    /// It left work behind, and the wake that it had.
    @Test func whoDiesAtItsWorkIsStartedOnceMore() async throws {
        try await TestHost.with(
            .probe {
                $0.concurrency = 1; $0.wakeOnly = true
            }
        ) { host in
            let answer = try await host.invoke(
                "probe", #"{"do":"exit"}"#, headers: [("x-amz-invocation-type", "Event")])
            #expect(answer.status == 202)
            let end = ContinuousClock.now + .seconds(10)
            func reports() async -> Int {
                await host.log("probe").split(separator: "\n").count { $0.contains(" REPORT ") }
            }
            while await reports() < 2, .now < end { try await Task.sleep(for: .milliseconds(20)) }
            #expect(await reports() == 2, "the one that died, and the one that looks after what it left")
            let served = try await host.invoke("probe", #"{"do":"count"}"#).json()
            #expect(served["count"] as? Int == 2)
        }
    }
}
