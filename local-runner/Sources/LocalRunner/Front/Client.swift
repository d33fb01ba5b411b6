import NIOHTTP1
import Web

/// Who sent a request: the peer, or the one that a trusted proxy names.
struct Client: Sendable, Equatable {
    var address: String
    /// The chain that the function sees in `x-forwarded-for`.
    var forwardedFor: String
    var proto: String
    var port: String

    /// The front sets these fields itself: whoever is not a trusted proxy could write anything there.
    func replaces(_ name: String) -> Bool {
        switch name {
        case "x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id": true
        default: false
        }
    }

    /// - Parameters:
    ///   - peer: address of the connection's other end.
    ///   - localPort: the front's own port.
    init(peer: String, localPort: Int, headers: HTTPHeaders, trusted: TrustedProxies) {
        address = peer
        forwardedFor = peer
        proto = "http"
        port = String(localPort)
        guard trusted.trusts(peer) else { return }
        if let chain = headers.first(name: "x-forwarded-for") {
            let whole = headers["x-forwarded-for"].joined(separator: ", ")
            forwardedFor = chain.isEmpty ? peer : "\(whole), \(peer)"
            address = trusted.clientAddress(peer: peer, forwardedFor: whole)
        }
        if let said = headers.first(name: "x-forwarded-proto"), ["http", "https"].contains(said) {
            proto = said
            port = said == "https" ? "443" : "80"
        }
        if let said = headers.first(name: "x-forwarded-port"), let number = UInt16(said) { port = String(number) }
    }
}
