import ArgumentParser

/// How much a log line matters, least first.
enum LogLevel: String, CaseIterable, ExpressibleByArgument, Sendable {
    case trace, debug, info, notice, warning, error, critical

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    func isAtLeast(_ other: LogLevel) -> Bool {
        (Self.allCases.firstIndex(of: self) ?? 0) >= (Self.allCases.firstIndex(of: other) ?? 0)
    }

    /// Of a line without its time: functions write JSON with a level; the host writes of each invocation; everything else
    /// (a time-out, a crash and its trace) tells of trouble.
    init(of line: Substring) {
        if line.hasPrefix("{"), let name = Self.member("level", of: line), let level = LogLevel(rawValue: name) {
            self = level
        } else {
            self = Self.routine.contains { line.hasPrefix($0) } ? .info : .error
        }
    }

    private static let routine = ["START RequestId:", "END RequestId:", "REPORT RequestId:", "INIT_START "]

    /// The value of a text without escapes, as `JSONLogHandler` writes a level.
    private static func member(_ name: String, of json: Substring) -> String? {
        guard let key = json.firstRange(of: "\"\(name)\":\"") else { return nil }
        return String(json[key.upperBound...].prefix { $0 != "\"" })
    }
}
