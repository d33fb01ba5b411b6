import Glibc

/// An address of the web as the environment gives it: `https://bot.example.com`, with a port and a path if need be.
struct WebAddress: Equatable {
    let scheme: String
    /// Without port and brackets, in lower case.
    let host: String
    let port: Int?
    let path: String

    /// `nil` for anything else: another scheme, a login, a query, white space, a port that is none.
    init?(_ text: String) {
        guard
            let match = text.wholeMatch(
                of: /(?i)(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?(\/[^?#\s]*)?/)
        else { return nil }
        scheme = match.1.lowercased()
        host = match.2.lowercased().filter { $0 != "[" && $0 != "]" }
        path = match.4.map(String.init) ?? ""
        guard let digits = match.3 else {
            port = nil
            return
        }
        guard let number = UInt16(digits), number > 0 else { return nil }
        port = Int(number)
    }

    var isOfThisMachine: Bool { Self.isOfThisMachine(host) }

    /// Whether a host or an address to listen on is reached from this machine alone.
    static func isOfThisMachine(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1 && UInt32(bigEndian: address.s_addr) >> 24 == 127
    }
}
