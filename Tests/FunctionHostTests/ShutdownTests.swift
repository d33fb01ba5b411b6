import Foundation
import Support
import Testing
import Web

/// SIGTERM, which the host sends because the function registered an internal extension.
@Suite struct ShutdownTests {
    @Test func theFunctionAsksForTheSignalBeforeItsFirstInvocation() async throws {
        try await withProbe { server, _ in
            await server.ready()
            let calls = server.requests.map { "\($0.method) \($0.path)" }
            #expect(calls.first == "POST /2020-01-01/extension/register")
            #expect(server.requests.first?.body == Array(#"{"events":[]}"#.utf8))
            #expect(server.requests.first?.headers["lambda-extension-name"]?.isEmpty == false)
            // Another connection, which the server may read a moment later.
            let deadline = ContinuousClock.now + .seconds(10)
            func next() -> ReceivedRequest? {
                server.requests.first { $0.path == "/2020-01-01/extension/event/next" }
            }
            while next() == nil, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(5)) }
            let parked = next()
            #expect(parked?.headers["lambda-extension-identifier"] == "extension-1")
        }
    }

    @Test func aHostWithoutExtensionsIsServedToo() async throws {
        var behaviour = RuntimeAPIServer.Behaviour()
        behaviour.offersExtensions = false
        try await withProbe(behaviour) { server, _ in
            let outcome = try await server.invoke("{}")
            #expect(outcome == .result(Array("{}".utf8)))
        }
    }

    @Test func anIdleProcessEndsAtOnce() async throws {
        try await withProbe { server, process in
            await server.ready()
            process.signal(SIGTERM)
            // Not 128 + SIGTERM, with which it ends itself once its budget is used up.
            #expect(await server.exit() == 0)
        }
    }

    @Test func theInvocationInHandIsFinishedFirst() async throws {
        try await withProbe { server, process in
            await server.ready()
            async let outcome = server.invoke(#"{"do":"sleep","ms":200}"#)
            try await Self.eventually { server.isAtWork }
            process.signal(SIGTERM)
            let result = try await outcome
            #expect(result.json?["done"] == .bool(true))
            #expect(await server.exit() == 0)
        }
    }

    @Test func anInvocationThatTakesTooLongIsCutOffWithinTheBudget() async throws {
        try await withProbe { server, process in
            await server.ready()
            async let outcome = server.invoke(#"{"do":"spin","ms":5000}"#)
            try await Self.eventually { server.isAtWork }
            let start = ContinuousClock.now
            process.signal(SIGTERM)
            let result = try await outcome
            let taken = ContinuousClock.now - start
            #expect(result == .exited(128 + SIGTERM))
            #expect(taken > .milliseconds(300) && taken < .milliseconds(4500), "\(taken)")
        }
    }

    /// Polls, as there is no signal from inside the other process.
    private static func eventually(_ condition: () -> Bool) async throws {
        for _ in 0..<500 where !condition() { try await Task.sleep(for: .milliseconds(5)) }
        #expect(condition())
    }
}
