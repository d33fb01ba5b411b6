/// Why a link was refused by us. `answer` tells the server.
package enum PairingError: Error, Equatable, Sendable {
    case malformed
    /// Not made by the phone that scanned our code.
    case wrongHMAC
    /// The account's signature does not cover our identity.
    case wrongSignature
    /// The link code the person typed is not ours, or the bundle was altered.
    case wrongCode

    package func answer(to iq: Node) -> Node {
        let (code, text) =
            switch self {
            case .wrongHMAC: ("401", "hmac-mismatch")
            case .wrongSignature: ("401", "signature-mismatch")
            case .malformed, .wrongCode: ("500", "internal-error")
            }
        return Node(
            "iq", ["to": .jid(.service), "type": "error", "id": .optional(iq["id"])],
            children: [Node("error", ["code": .text(code), "text": .text(text)])])
    }
}
