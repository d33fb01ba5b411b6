import Cryptography
import FoundationEssentials
import NIOHTTP1
import Web

/// What a caller on this machine must know: loopback is no person, any user of the machine reaches it. It stands first in the
/// path, where every client lets one put it.
enum LocalSecret {
    /// 192 bits.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        let digits = Array("0123456789abcdef")
        return String((0..<48).map { _ in digits[Int.random(in: 0..<16, using: &generator)] })
    }

    /// The rest of the path behind the secret; `nil` when it is another one or none.
    static func path(_ path: Substring, behind secret: String) -> Substring? {
        guard path.first == "/" else { return nil }
        let given = path.dropFirst().prefix { $0 != "/" }
        guard equalInConstantTime(given.utf8, secret.utf8) else { return nil }
        return path[given.endIndex...]
    }

    /// Whether a program of this machine asks: a browser names the site whose page it shows, or a host that was made to point here.
    static func isLocal(_ head: HTTPRequestHead) -> Bool {
        let host = head.headers.first(name: "host") ?? "127.0.0.1"
        return ["127.0.0.1", "localhost", "::1"].contains(hostName(of: host)) && !head.headers.contains(name: "origin")
    }
}
