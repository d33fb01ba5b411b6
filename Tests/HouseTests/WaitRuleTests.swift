import Foundation
import Testing

/// Nobody waits without an end: a continuation that is never resumed is a request, a lane or a shutdown that hangs for ever.
@Suite struct WaitRuleTests {
    /// Every file that waits on a continuation, and what ends each of its waits when nothing comes. A new one is written down here, and
    /// the reason is read by whoever reviews it.
    private static let ends = [
        "Core/Conversation/Jobs/JobPlaces.swift": "a job that runs ends: each has a deadline",
        "Core/Outbound/HandlePool.swift": "giveUp after the request's own time",
        "Core/Postgres/ConnectionPool.swift": "the pool's patience",
        "Functions/EventStream/EventFeed.swift": "an alarm of so many seconds",
        "Functions/SessionWorker/Line/AsyncSemaphore.swift": "TimedOut after so many seconds",
        "Functions/SessionWorker/Media/MediaBudget.swift": "an alarm of so many seconds",
        "Functions/SessionWorker/Connection/ServerConnection.swift": "the answer's time, and the end of the connection",
        "local-runner/Sources/LocalRunner/Commands/SandboxChild.swift": "its patience of 30 s",
        "local-runner/Sources/LocalRunner/Data/Tool.swift": "the program's end; an operator sees it run",
        "local-runner/Sources/LocalRunner/Log/LogWriter.swift": "the queue's turn",
        "local-runner/Sources/LocalRunner/Pool/FunctionPool.swift": "SIGKILL after the grace",
        "local-runner/Sources/LocalRunner/Pool/PersistentProcess.swift": "SIGKILL after its grace",
        "local-runner/Sources/Sandbox/Serving/StreamedReply.swift": "the client reads on or is gone",
        "local-runner/Sources/WhatsAppServer/Connection/Connection+Pairing.swift":
            "the client answers or its connection ends",
    ]

    @Test func everyWaitHasAnEnd() throws {
        let waits = /\bwith(Checked|Unsafe)(Throwing)?Continuation\b/
        let files = try Source.all(under: ["Core", "Functions", "local-runner"])
            .filter { file in file.lines.contains { $0.contains(waits) } }.map(\.path)
        #expect(files.count > 8)
        for file in files { #expect(Self.ends[file] != nil, "\(file) waits: what ends it?") }
        for file in Self.ends.keys { #expect(files.contains(file), "\(file) does not wait any more") }
    }

    /// A thread that waits is worse: it is one of few.
    @Test func noThreadWaitsWithoutAnEnd() throws {
        let waits = /\b(semaphore|group|DispatchSemaphore\([^)]*\))\.wait\(\)/
        for file in try Source.all(under: ["Core", "Functions", "local-runner"]) {
            for (number, line) in file.lines.enumerated() {
                #expect(!line.contains(waits), "\(file.path):\(number + 1) waits without an end")
            }
        }
    }
}
