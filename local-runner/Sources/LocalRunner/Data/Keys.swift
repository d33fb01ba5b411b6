import Environment
import FoundationEssentials
import Glibc

/// Secrets of a local installation, made on the first start and kept in `<data>/keys`, readable by the owner only.
///
/// A value in the environment always wins; the file is for those who set none.
struct Keys: Sendable, Equatable {
    private(set) var values: [String: String]

    static let database = Variable.appPassword.name
    static let owner = "PARLEY_OWNER_PASSWORD"
    static let sandboxAccount = "SANDBOX_TWILIO_ACCOUNT"
    static let sandboxToken = "SANDBOX_TWILIO_TOKEN"
    /// Opens the sandbox's phone and controls.
    static let sandboxKey = Variable.sandboxKey.name
    /// Opens the Invoke API.
    static let control = "PARLEY_CONTROL_SECRET"
    private static let generated = [
        database, owner, sandboxAccount, sandboxToken, Variable.sessionSecret.name,
        Variable.cronSecret.name, "RUNNER_ID", control, sandboxKey,
    ]

    subscript(_ name: String) -> String? { values[name] }

    /// Reads the file and adds what is missing.
    static func load(_ path: String) throws -> Keys {
        var keys = read(path)
        let before = keys
        for name in generated where keys[name] == nil { keys.values[name] = random(24, hex: true) }
        let sealing = Variable.secretKeys.name
        if keys[sealing] == nil { keys.values[sealing] = "local:" + random(32, hex: false) }
        if keys != before { try keys.save(path) }
        return keys
    }

    /// What the file holds; nothing where it can't be read.
    static func read(_ path: String) -> Keys {
        var keys = Keys(values: [:])
        guard let bytes = FileManager.default.contents(atPath: path) else { return keys }
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let halves = line.split(separator: "=", maxSplits: 1).map(String.init)
            if halves.count == 2 { keys.values[halves[0]] = halves[1] }
        }
        return keys
    }

    /// Atomic, and never readable by others, not even for a moment.
    private func save(_ path: String) throws {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataDirectoryError.unusable(draft) }
        let text = values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)\n" }.joined()
        writeAll(descriptor, Array(text.utf8))
        let synced = fsync(descriptor)
        close(descriptor)
        guard synced == 0, rename(draft, path) == 0 else { throw DataDirectoryError.unusable(path) }
    }

    private static func random(_ count: Int, hex: Bool) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        guard hex else { return Data(bytes).base64EncodedString() }
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
