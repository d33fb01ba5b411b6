import Environment
import Store
import Web

extension FunctionManifest {
    /// Everything that is wrong with the declaration, in words that name the key.
    var problems: [String] {
        var problems = [
            outside("timeoutSeconds", timeoutSeconds, 1...900),
            outside("initTimeoutSeconds", initTimeoutSeconds, 1...900),
            outside("memoryMB", memoryMB, 64...10_240),
            outside("files", files, 64...65_536),
            outside("concurrency", concurrency, 1...1000),
            outside("warm", warm, 0...max(0, concurrency)),
            outside("queue", queue, 0...10_000),
            outside("maximumRetryAttempts", maximumRetryAttempts, 0...2),
            outside("maximumEventAgeSeconds", maximumEventAgeSeconds, 60...21_600),
            outside("connections", connections, 1...100),
        ].compactMap { $0 }
        if !Self.isName(name) { problems.append("\"name\" must be 1 to 64 of a-z, 0-9 and -, not \"\(name)\"") }
        problems += routes.filter { !Self.isRoute($0) }.map { "\"routes\": \"\($0)\" is no \"METHOD /path\"" }
        problems += schedules.compactMap(Self.problem)
        problems += persistenceProblems
        problems += env.keys.filter { !Self.isVariable($0) }.sorted().map { "\"env\": \($0) can't be set" }
        problems += secrets.filter { Variable.secrets(named: $0).isEmpty }.map {
            "\"secrets\": \($0) is not the name of a secret"
        }
        if DatabaseRole(rawValue: database) == nil { problems.append("\"database\": there is no role \(database)") }
        let names = schedules.map(\.name)
        if Set(names).count != names.count { problems.append("\"schedules\": two have the same name") }
        return problems
    }

    /// A persistent process takes no invocations, and only it listens by itself.
    private var persistenceProblems: [String] {
        guard persistent else {
            return forward.isEmpty ? [] : ["\"forward\": only a persistent process serves paths itself"]
        }
        return
            (routes.isEmpty && schedules.isEmpty
            ? [] : ["\"persistent\": a persistent process has no routes or schedules; see \"forward\""])
            + forward.filter { !Self.isRoute($0) || $0 == "$default" }.map {
                "\"forward\": \"\($0)\" is no \"METHOD /path\""
            }
    }

    private func outside(_ key: String, _ value: Int, _ range: ClosedRange<Int>) -> String? {
        range.contains(value)
            ? nil : "\"\(key)\" must be \(range.lowerBound) to \(range.upperBound), not \(value)"
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
    }

    private static func isRoute(_ route: String) -> Bool {
        if route == "$default" { return true }
        guard let parsed = Route(route) else { return false }
        let methods = Request.Method.allCases.map(\.rawValue) + ["ANY"]
        let greedyOnlyLast = parsed.segments.dropLast().allSatisfy {
            if case .greedy = $0 { false } else { true }
        }
        return methods.contains(parsed.method) && greedyOnlyLast
    }

    private static func problem(_ schedule: Schedule) -> String? {
        do throws(ScheduleProblem) {
            _ = try ScheduleExpression(schedule.expression)
            return nil
        } catch {
            return "\"schedules\": \(schedule.name): \(error)"
        }
    }

    /// Lambda's rule for user variables: a letter first, then letters, digits and `_`, at least two, none of the host's own.
    static func isVariable(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        guard bytes.count >= 2, let first = bytes.first, isLetter(first), !reserved.contains(name) else { return false }
        return bytes.allSatisfy { isLetter($0) || (48...57).contains($0) || $0 == 95 }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte)
    }

    static let reserved: Set<String> = [
        "_HANDLER", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_EXECUTION_ENV", "_X_AMZN_TRACE_ID",
        "TZ",
    ]
}
