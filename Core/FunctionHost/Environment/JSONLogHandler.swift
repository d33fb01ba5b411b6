import Environment
import FoundationEssentials
import Glibc
package import Logging
import Web

/// One JSON line per event on stderr, which is the log of every host.
struct JSONLogHandler: LogHandler {
    /// Longer values are cut: a log line is for reading.
    private static let valueLimit = 8192
    /// Whatever a metadata key with one of these in its name holds is not written.
    private static let secretWords = [
        "authorization", "cookie", "credential", "key", "password", "secret", "signature", "token",
    ]

    let function: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var requestID: @Sendable () -> String? = { CurrentInvocation.requestID }
    var write: @Sendable ([UInt8]) -> Void = Self.standardError

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var metadata = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
        if let error = event.error { metadata["error"] = "\(String(reflecting: error))" }
        var line = JSONText()
        line.object { line in
            line.member("time", Date.ISO8601FormatStyle(includingFractionalSeconds: true).format(Date()))
            line.member("level", event.level.rawValue)
            line.member("function", function)
            if let requestID = requestID() { line.member("request_id", requestID) }
            line.member("message", String(event.message.description.prefix(Self.valueLimit)))
            if !metadata.isEmpty {
                line.name("metadata")
                line.object { Self.write(metadata, into: &$0) }
            }
        }
        write(line.bytes + [UInt8(ascii: "\n")])
    }

    private static func write(_ metadata: Logger.Metadata, into line: inout JSONText) {
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            let isSecret = secretWords.contains { key.lowercased().contains($0) }
            line.member(key, isSecret ? "[redacted]" : String(value.description.prefix(valueLimit)))
        }
    }

    /// One call per line, so that lines of several writers don't mix.
    private static let standardError: @Sendable ([UInt8]) -> Void = { line in
        _ = line.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}

extension Logger {
    /// From `LOG_LEVEL` on, else from what Lambda was told (`AWS_LAMBDA_LOG_LEVEL`), else from `info` on.
    package static func json(function: String, configuration: Configuration) -> Logger {
        let names = [configuration[.logLevel], configuration[.lambdaLogLevel]].compactMap(\.self)
        let level = names.lazy.compactMap(Logger.Level.init(named:)).first ?? .info
        return Logger(label: function) { _ in JSONLogHandler(function: function, logLevel: level) }
    }
}

extension Logger.Level {
    /// Ours (trace, debug, info, notice, warning, error, critical) and Lambda's (TRACE, DEBUG, INFO, WARN, ERROR, FATAL).
    init?(named name: String) {
        switch name.lowercased() {
        case "warn": self = .warning
        case "fatal": self = .critical
        case let name: self.init(rawValue: name)
        }
    }
}
