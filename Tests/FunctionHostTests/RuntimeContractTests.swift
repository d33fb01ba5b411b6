import Foundation
import Support
import Testing
import Web

/// The Runtime API contract, with the probe as a real process.
@Suite struct RuntimeContractTests {
    @Test func everyInvocationIsAnsweredByTheSameProcess() async throws {
        try await withProbe { server, _ in
            let first = try await server.invoke(#"{"do":"count"}"#)
            let second = try await server.invoke(#"{"do":"count"}"#)
            #expect(first.json?["count"] == .integer(1))
            #expect(second.json?["count"] == .integer(2))
            #expect(first.json?["pid"] == second.json?["pid"])
        }
    }

    @Test func theInvocationsContextReachesTheHandler() async throws {
        try await withProbe { server, _ in
            let before = Int(Date().timeIntervalSince1970 * 1000)
            let context = try #require(try await server.invoke(#"{"do":"context"}"#, timeout: 7).json)
            let answered = try #require(server.requests.last { $0.path.hasSuffix("/response") })
            let requestID = try #require(context["requestId"]?.string)
            #expect(answered.path == "/2018-06-01/runtime/invocation/\(requestID)/response")
            #expect(context["arn"]?.string == "arn:aws:lambda:eu-west-1:000000000000:function:probe")
            #expect(context["traceId"]?.string?.hasPrefix("Root=1-6740c1d2-\(requestID.prefix(8))") == true)
            #expect(context["traceVariable"] == context["traceId"])
            let deadline = try #require(context["deadlineMs"]?.integer)
            #expect((before + 7000...before + 9000).contains(deadline))
            // The variable follows the invocation.
            let next = try await server.invoke(#"{"do":"context"}"#).json
            #expect(next?["traceVariable"] == next?["traceId"])
            #expect(next?["traceVariable"] != context["traceVariable"])
        }
    }

    @Test(arguments: [1, 7, 4096, 100_000]) func eventsArriveInChunksOfAnySize(size: Int) async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.chunkSize = size
        try await withProbe(behaviour) { server, _ in
            let text = String(repeating: "é\\n", count: size == 1 ? 100 : 30_000)
            let event = #"{"do":"echo","text":"\#(text)"}"#
            let outcome = try await server.invoke(event)
            #expect(outcome == .result(Array(event.utf8)))
        }
    }

    /// Each form that a body may come in, one segment per byte; and a connection that ends with each answer.
    @Test(arguments: [nil, 1, 5] as [Int?], [false, true])
    func everyByteMayComeAlone(chunkSize: Int?, closing: Bool) async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.chunkSize = chunkSize
        behaviour.sendsByteByByte = true
        behaviour.closesConnections = closing
        try await withProbe(behaviour) { server, _ in
            for text in ["", "é", String(repeating: "1234567", count: 20)] {
                let event = #"{"do":"echo","text":"\#(text)"}"#
                let outcome = try await server.invoke(event)
                #expect(outcome == .result(Array(event.utf8)))
            }
        }
    }

    /// 16 MB are more than any host may send; one that does gets a failure for it, and not the end of the process.
    @Test(arguments: ["", "1"]) func anEventThatIsTooLargeFailsByItself(readsAhead: String) async throws {
        try await withProbe(variables: ["PARLEY_RUNTIME_READS_AHEAD": readsAhead]) { server, _ in
            let first = try await server.invoke(#"{"do":"count"}"#)
            let failure = try await server.invoke(String(repeating: " ", count: 17 << 20) + "{}")
            guard case .failure = failure else { return #expect(Bool(false), "\(failure.text.prefix(200))") }
            #expect(failure.json?["errorType"]?.string == "Function.EventTooLarge")
            let second = try await server.invoke(#"{"do":"count"}"#)
            #expect(second.json?["count"] == .integer(2))
            #expect(first.json?["pid"] == second.json?["pid"])
        }
    }

    @Test func aHandlersErrorIsReportedAndTheProcessLivesOn() async throws {
        try await withProbe { server, _ in
            let failure = try await server.invoke(#"{"do":"throw","message":"no \"luck\"\n"}"#)
            guard case .failure = failure else { return #expect(Bool(false), "\(failure)") }
            #expect(failure.json?["errorType"]?.string == "ProbeError")
            #expect(failure.json?["errorMessage"]?.string == "no \"luck\"\n")
            #expect(failure.json?["stackTrace"]?.array == [])
            let posted = try #require(server.requests.last { $0.path.hasSuffix("/error") })
            #expect(posted.headers["lambda-runtime-function-error-type"] == "Unhandled")
            let outcome = try await server.invoke("{}")
            #expect(outcome == .result(Array("{}".utf8)))
        }
    }

    @Test func logLinesCarryTheInvocationsRequestID() async throws {
        try await withProbe { server, process in
            _ = try await server.invoke(#"{"do":"throw"}"#)
            let failed = try #require(server.requests.last { $0.path.hasSuffix("/error") })
            let line = try JSONValue(parsing: Array(process.standardError.utf8))
            #expect(line["request_id"]?.string.map(failed.path.contains) == true)
            #expect(line["function"]?.string == "probe")
            #expect(line["level"]?.string == "error")
        }
    }

    @Test func anEventThatIsNoJSONIsAFailureOfTheInvocationOnly() async throws {
        try await withProbe { server, _ in
            guard case .failure = try await server.invoke("no json") else { return #expect(Bool(false)) }
            let outcome = try await server.invoke("{}")
            #expect(outcome == .result(Array("{}".utf8)))
        }
    }

    @Test func aFunctionThatCannotStartSaysWhyAndExits() async throws {
        try await withProbe(variables: ["PROBE_INIT": "throw"]) { server, process in
            #expect(await server.exit() == 1)
            let error = try JSONValue(parsing: try #require(server.startFailure))
            #expect(error["errorType"]?.string == "ProbeError")
            #expect(error["errorMessage"]?.string == "told to fail")
            #expect(!server.requests.contains { $0.path.hasSuffix("/next") })
            #expect(process.standardError.contains("told to fail"))
        }
    }

    @Test func aMalformedVariableIsAStartFailureThatNamesIt() async throws {
        try await withProbe(variables: ["TRUSTED_PROXIES": "10.0.0.0/33"]) { server, _ in
            #expect(await server.exit() == 1)
            let error = try JSONValue(parsing: try #require(server.startFailure))
            #expect(error["errorMessage"]?.string == "TRUSTED_PROXIES is malformed")
        }
    }

    @Test(arguments: [413, 400, 403]) func aRefusedResultDoesNotEndTheProcess(status: Int) async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.responseStatus = status
        try await withProbe(behaviour) { server, process in
            _ = try await server.invoke(#"{"do":"big","bytes":7000000}"#)
            let outcome = try await server.invoke("{}")
            #expect(outcome == .result(Array("{}".utf8)))
            process.kill()
            _ = await server.exit()
            #expect(process.standardError.contains("the host refused the result"))
        }
    }

    @Test func aBrokenHostEndsTheProcess() async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.responseStatus = 500
        try await withProbe(behaviour) { server, _ in
            _ = try await server.invoke("{}")
            #expect(await server.exit() == 1)
        }
    }

    @Test(arguments: [204, 403, 500]) func nextMustAnswer200(status: Int) async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.nextStatus = status
        try await withProbe(behaviour) { server, _ in
            #expect(await server.exit() == 1)
        }
    }

    @Test(arguments: ["Lambda-Runtime-Aws-Request-Id", "Lambda-Runtime-Deadline-Ms"])
    func anEventWithoutIdOrDeadlineIsNotServed(header: String) async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.omittedHeader = header
        try await withProbe(behaviour) { server, _ in
            let outcome = try await server.invoke("{}")
            #expect(outcome == .exited(1))
        }
    }

    @Test func aHostThatClosesEveryConnectionIsServed() async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.closesConnections = true
        try await withProbe(behaviour) { server, _ in
            for _ in 0..<3 {
                let outcome = try await server.invoke("{}")
                #expect(outcome == .result(Array("{}".utf8)))
            }
        }
    }

    @Test func withoutAHostTheProcessExplainsItself() async throws {
        try await withProbe(variables: ["AWS_LAMBDA_RUNTIME_API": ""]) { server, process in
            #expect(await server.exit() == 2)
            #expect(process.standardError.contains("AWS_LAMBDA_RUNTIME_API is not set"))
        }
        try await withProbe(variables: ["AWS_LAMBDA_RUNTIME_API": "127.0.0.1:1"]) { server, _ in
            #expect(await server.exit() == 1)
        }
    }

    @Test func anExitWithinAnInvocationIsSeenAsSuch() async throws {
        try await withProbe { server, _ in
            let outcome = try await server.invoke(#"{"do":"exit","code":3}"#)
            #expect(outcome == .exited(3))
        }
        try await withProbe { server, _ in
            let outcome = try await server.invoke(#"{"do":"crash"}"#)
            #expect(outcome == .exited(-SIGSEGV))
        }
    }
}

/// The probe as a process behind a Runtime API; killed afterwards.
func withProbe(
    _ behaviour: RuntimeAPIServer.Behaviour = .init(), variables: [String: String] = [:],
    _ body: (RuntimeAPIServer, FunctionProcess) async throws -> Void
) async throws {
    try await withRuntimeAPI(behaviour) { server in
        let process = try FunctionProcess("probe", serving: server, variables: variables)
        defer { process.kill() }
        try await body(server, process)
    }
}
