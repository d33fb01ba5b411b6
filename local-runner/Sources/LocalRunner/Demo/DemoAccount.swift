import FoundationEssentials
import Glibc

/// What the demo remembers between starts: how its owner logs in and what has been set up. Kept in `<data>/demo.json`,
/// readable by its owner alone.
struct DemoAccount: Codable, Sendable {
    var email: String
    var password: String
    var organizationID: String?
    var isProfileWritten = false
    var isTrained = false

    /// The kept account, or a new one with a password drawn for it. An unreadable file is an error: overwriting it would
    /// lose the only copy of a password.
    static func load(_ path: String) throws -> DemoAccount {
        guard let data = FileManager.default.contents(atPath: path) else {
            let account = DemoAccount(email: DemoBusiness.email, password: password())
            try account.save(path)
            return account
        }
        return try JSONDecoder().decode(DemoAccount.self, from: data)
    }

    /// Written beside the file and renamed over it, so that a stop in between loses nothing.
    func save(_ path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let bytes = Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        let descriptor = open("\(path).new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DemoError("\(path).new can't be written") }
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard close(descriptor) == 0, written == bytes.count, rename("\(path).new", path) == 0 else {
            throw DemoError("\(path) can't be written")
        }
    }

    /// Everything but the login belongs to a database; a new one starts over.
    mutating func forgetProgress() {
        organizationID = nil
        isProfileWritten = false
        isTrained = false
    }

    /// Four groups of five letters and digits without look-alikes: 98 bits.
    private static func password() -> String {
        let letters = Array("abcdefghjkmnpqrstuvwxyz23456789")
        var generator = SystemRandomNumberGenerator()
        let groups = (0..<4).map { _ in
            String((0..<5).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
        }
        return groups.joined(separator: "-")
    }
}

struct DemoError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
