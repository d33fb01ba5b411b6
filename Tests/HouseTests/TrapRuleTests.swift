import Foundation
import Support
import Testing

/// K6: what a compiler lets pass and a foreign number makes a crash of. Each list names where a number is our own, and why.
@Suite struct TrapRuleTests {
    private static let sources = ["Core", "Functions", "local-runner/Sources"]

    /// `Int(_: Double)` traps on NaN, infinity and anything too large: `Int(saturating:)`, `Int(exactly:)` and `clamping:` don't.
    @Test func noForeignDecimalNumberBecomesAWholeOneUnchecked() throws {
        let conversion =
            /\bU?Int(?:8|16|32|64)?\((?!exactly:|clamping:|saturating:|truncatingIfNeeded:|bitPattern:)[^\n]*(?:rounded\(|timeInterval|[sS]econds\b|delay|\* ?1e[0-9]|\* ?1_?000\b)/
        try expectNone(conversion, besides: Self.ownNumbers, "makes a whole number of a decimal one")
    }

    private static let ownNumbers: Set<String> = [
        // The time of a clock.
        "Core/Access/SignedState.swift", "Core/Access/BearerTokens.swift", "Core/Domain/Environment.swift",
        "Core/Assistant/ModelChain.swift", "Core/Domain/Lines/LineActivity.swift",
        "Functions/SessionWorker/History/HistoryImport.swift", "Functions/SessionWorker/Connection/StanzaChannel.swift",
        "Functions/SessionWorker/Connection/ServerConnection.swift",
        "local-runner/Sources/WhatsAppServer/ServerConfiguration.swift",
        "local-runner/Sources/LocalRunner/Log/LogWriter.swift",
        "local-runner/Sources/LocalRunner/Schedules/ScheduleStore.swift",
        "local-runner/Sources/LocalRunner/Schedules/Scheduler.swift",
        "local-runner/Sources/LocalRunner/Events/FailureRecord.swift",
        "local-runner/Sources/Sandbox/Models/ChatCompletions.swift",
        "local-runner/Sources/Sandbox/Webhooks/WebhookSender.swift",
        // A time-out or a pause of our own, or one with bounds (`Variable.Kind`, function.json).
        "Core/Outbound/CurlHandle.swift", "Core/Domain/Lines/LineHealth.swift",
        "Functions/SessionWorker/Socket/WebSocket.swift", "Functions/SessionWorker/Connection/LineConnection.swift",
        "local-runner/Sources/LocalRunner/Commands/SandboxChild.swift",
        "local-runner/Sources/WhatsAppServer/ServerLoop.swift",
        "local-runner/Sources/LocalRunner/Pool/FunctionPool.swift",
        "local-runner/Sources/LocalRunner/Pool/FunctionProcess.swift",
        "local-runner/Sources/LocalRunner/Pool/PersistentProcess.swift",
    ]

    /// A range traps when its end lies before its beginning.
    @Test func noRangeHasTwoForeignEnds() throws {
        let range = /(?:^|[^.\w])[A-Za-z_][\w.]*\)? ?\.\.[.<] ?[A-Za-z_(][\w.]*/
        try expectNone(range, besides: Self.ownRanges, within: Self.readers, "makes a range of two numbers")
    }

    /// Readers of text that walk from a position to a later one of the same walk; AssistantTests and DomainTests feed them noise.
    private static let readers = ["Core/Assistant/Answers/", "Core/Assistant/Grounding/", "Core/Domain/Text/"]

    private static let ownRanges: Set<String> = [
        // From a position to a later one that the same walk found.
        "Core/QRCode/QRCode+PNG.swift", "Core/Outbound/CurlExchange.swift", "Core/Domain/MessageSplit.swift",
        "Core/Web/TrustedProxies.swift",
        "Core/Web/JSON/JSONText.swift", "Core/Web/JSON/JSONParser.swift",
        "Core/FunctionHost/Runtime/ReceivedBytes.swift", "Functions/SessionWorker/History/HistoryImport.swift",
        "Functions/SessionWorker/People/DeviceDirectory.swift",
        "Functions/SessionWorker/Receiving/DeliveryReceipts.swift",
        "local-runner/Sources/LocalRunner/Front/EventWriter.swift",
        "local-runner/Sources/Sandbox/Webhooks/TwiML.swift", "Core/WhatsAppWire/Crypto/FieldElement.swift",
        // Compared before.
        "Core/WhatsAppWire/Bytes/ByteReader.swift", "local-runner/Sources/LocalRunner/Schedules/CronField.swift",
        "local-runner/Sources/LocalRunner/Pool/FunctionPool.swift",
        // Constants, and dates to a later one.
        "Core/API/OpenAPI/Shape+Schema.swift", "Core/API/Answers/Answerable.swift",
        "Core/WhatsAppWire/Nodes/NodeWriter.swift", "local-runner/Sources/Sandbox/Twilio/TwilioDates.swift",
    ]

    /// `prefix` and its like trap on a count below zero.
    @Test func noCountBelowZeroIsTaken() throws {
        let difference = /\.(?:prefix|suffix|dropFirst|dropLast)\((?!max\()[^\n()]*[a-z)] - [^\n]*\)/
        try expectNone(difference, besides: [], "takes a difference of counts: max(0, ...)")
    }

    /// What stands in a list and no longer does it is taken out of the list.
    private func expectNone(
        _ pattern: some RegexComponent, besides allowed: Set<String>, within readers: [String] = [], _ what: String
    ) throws {
        var used: Set<String> = []
        for file in try Source.all(under: Self.sources) where !file.path.hasSuffix(".pb.swift") {
            for (number, line) in file.lines.enumerated() {
                let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line[...]
                guard code.contains(pattern), !readers.contains(where: file.path.hasPrefix) else { continue }
                used.insert(file.path)
                #expect(allowed.contains(file.path), "\(file.path):\(number + 1) \(what)")
            }
        }
        #expect(allowed.subtracting(used).sorted() == [], "no longer needed")
    }
}
