import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import LocalRunner

/// The Runtime API as a process sees it. The process is a script that does nothing; the
/// test speaks in its place.
@Suite(.serialized) struct RuntimeAPITests {
    private static let base = "/2018-06-01/runtime"

    private struct Place {
        var port: Int
        /// The secret that stands in front of every path.
        var prefix: String
    }

    private func with(_ body: (TestHost, Place) async throws -> Void) async throws {
        let script = FileManager.default.temporaryDirectory.path + "/parley-idle-\(UUID().uuidString)"
        try
            "#!/bin/sh\ntrap 'echo got SIGTERM; exit 0' TERM\nprintf '%s\\n' \"$AWS_LAMBDA_RUNTIME_API\" > \"$0.api\"\nwhile :; do sleep 0.05; done\n"
            .write(toFile: script, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        // Not over its log: the secret is taken out of that.
        defer { for path in [script, script + ".api"] { try? FileManager.default.removeItem(atPath: path) } }
        var manifest = FunctionManifest(name: "idle")
        manifest.timeoutSeconds = 20
        manifest.warm = 1
        manifest.concurrency = 1
        try await TestHost.with(manifest, executable: script) { host in
            var port: Place?
            let patience = ContinuousClock.now + .seconds(30)
            while port == nil, ContinuousClock.now < patience {
                let written = (try? String(contentsOfFile: script + ".api", encoding: .utf8)) ?? ""
                port = written.wholeMatch(of: #/127\.0\.0\.1:([0-9]+)(\/[0-9a-f]{48})\n/#).flatMap { match in
                    Int(match.1).map { Place(port: $0, prefix: String(match.2)) }
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            try await body(host, try #require(port))
        }
    }

    private func call(
        _ method: HTTPMethod, _ path: String, _ place: Place, headers: [(String, String)] = [], body: String = ""
    ) async throws -> LocalRequest.Answer {
        try await LocalRequest(
            method: method, path: place.prefix + path, headers: headers, body: ByteBuffer(string: body)
        )
        .send(port: place.port)
    }

    @Test func workIsHandedOutWithItsHeadersAndAnsweredOnce() async throws {
        try await with { host, port in
            async let outcome = host.invoke(
                "idle", #"{"k":1}"#, headers: [("x-amz-client-context", Data(#"{"c":2}"#.utf8).base64EncodedString())])
            let work = try await call(.GET, "\(Self.base)/invocation/next", port)
            #expect(work.status == 200)
            #expect(work.text == #"{"k":1}"#)
            #expect(work.headers.first(name: "content-type") == "application/json")
            #expect(work.headers.first(name: "lambda-runtime-client-context") == #"{"c":2}"#)
            #expect(
                work.headers.first(name: "lambda-runtime-invoked-function-arn")
                    == "arn:aws:lambda:us-east-1:000000000000:function:idle")
            #expect(work.headers.first(name: "lambda-runtime-trace-id")?.hasSuffix(";Sampled=0") == true)
            let id = try #require(work.headers.first(name: "lambda-runtime-aws-request-id"))
            let early = try await call(.GET, "\(Self.base)/invocation/next", port)
            #expect(early.status == 403)
            let wrong = try await call(.POST, "\(Self.base)/invocation/other/response", port, body: "{}")
            #expect(wrong.status == 400)
            #expect(try wrong.json()["errorType"] as? String == "InvalidRequestID")
            let mode = try await call(
                .POST, "\(Self.base)/invocation/\(id)/response", port,
                headers: [("Lambda-Runtime-Function-Response-Mode", "odd")], body: "{}")
            #expect(mode.status == 400)
            #expect(try mode.json()["errorType"] as? String == "InvalidFunctionResponseMode")
            let done = try await call(.POST, "\(Self.base)/invocation/\(id)/response", port, body: #"{"r":1}"#)
            #expect(done.status == 202)
            #expect(done.text == #"{"status":"OK"}"#)
            #expect(try await outcome.text == #"{"r":1}"#)
            let twice = try await call(.POST, "\(Self.base)/invocation/\(id)/response", port, body: "{}")
            #expect(twice.status == 403)
            #expect(try twice.json()["errorType"] as? String == "InvalidStateTransition")
        }
    }

    @Test func errorsReachTheCallerUnchanged() async throws {
        try await with { host, port in
            async let outcome = host.invoke("idle", "{}")
            let work = try await call(.GET, "\(Self.base)/invocation/next", port)
            let id = try #require(work.headers.first(name: "lambda-runtime-aws-request-id"))
            let body =
                #"{"errorType":"ConfigMissing","errorMessage":"TWILIO_AUTH_TOKEN is not set","stackTrace":["x:1"]}"#
            let posted = try await call(.POST, "\(Self.base)/invocation/\(id)/error", port, body: body)
            #expect(posted.status == 202)
            let answer = try await outcome
            #expect(answer.text == body)
            #expect(answer.headers.first(name: "x-amz-function-error") == "Unhandled")
            let late = try await call(.POST, "\(Self.base)/init/error", port, body: body)
            #expect(late.status == 403)
        }
    }

    @Test func unknownPathsAndMethods() async throws {
        try await with { _, port in
            let calls: [(HTTPMethod, String, Int)] = [
                (.GET, "/2018-06-01/runtime/other", 404), (.GET, "/", 404),
                (.POST, "\(Self.base)/invocation/next", 405), (.GET, "\(Self.base)/init/error", 405),
                (.PUT, "/2022-07-01/telemetry", 202), (.PUT, "/2020-08-15/logs", 202),
            ]
            for (method, path, status) in calls {
                let answer = try await call(method, path, port)
                #expect(answer.status == status, "\(method) \(path)")
            }
        }
    }

    /// Any user of this machine finds the port.
    @Test func withoutTheSecretThereIsNoRuntimeAPI() async throws {
        try await with { host, place in
            for prefix in ["", "/", "/" + String(repeating: "0", count: 48), place.prefix.dropLast() + "g"] {
                let stranger = Place(port: place.port, prefix: String(prefix))
                let path = "/2018-06-01/runtime/invocation/next"
                #expect(try await call(.GET, path, stranger).status == 404, "\(prefix)")
                let register = "/2020-01-01/extension/register"
                let answer = try await call(.POST, register, stranger, headers: [("Lambda-Extension-Name", "x")])
                #expect(answer.status == 404, "\(prefix)")
            }
            #expect(await host.host.pools["idle"]?.processCount == 1)
        }
    }

    @Test func aRegisteredExtensionIsWhatBringsSIGTERM() async throws {
        try await with { host, port in
            let shutdown = try await call(
                .POST, "/2020-01-01/extension/register", port, headers: [("Lambda-Extension-Name", "x")],
                body: #"{"events":["SHUTDOWN"]}"#)
            #expect(shutdown.status == 403)
            #expect(try shutdown.json()["errorType"] as? String == "Extension.InvalidEventType")
            let registered = try await call(
                .POST, "/2020-01-01/extension/register", port, headers: [("Lambda-Extension-Name", "x")],
                body: #"{"events":[]}"#)
            #expect(registered.status == 200)
            #expect(registered.headers.first(name: "lambda-extension-identifier")?.count == 36)
            let stranger = try await call(.GET, "/2020-01-01/extension/event/next", port)
            #expect(stranger.status == 403)
            await host.host.pools["idle"]?.stop(grace: .nanoseconds(0))
            #expect(await host.log("idle").contains("got SIGTERM"))
        }
    }

    @Test func withoutOneThereIsOnlySIGKILL() async throws {
        try await with { host, _ in
            await host.host.pools["idle"]?.stop(grace: .nanoseconds(0))
            #expect(await !host.log("idle").contains("got SIGTERM"))
        }
    }

    @Test func anInvocationThatNobodyAnswersTimesOut() async throws {
        try await with { host, port in
            async let outcome = host.invoke("idle", "{}")
            _ = try await call(.GET, "\(Self.base)/invocation/next", port)
            await host.host.stop(grace: .nanoseconds(0))
            #expect(try await outcome.json()["errorType"] as? String == "Runtime.ExitError")
        }
    }
}
