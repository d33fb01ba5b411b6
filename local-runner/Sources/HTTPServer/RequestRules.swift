import NIOHTTP1
import Web

/// What the parser lets pass and a server must not (RFC 9110, RFC 9112). Pure.
///
/// Two readers of one stream that disagree about where a request ends let one client put words into another's mouth; so what
/// could be read in two ways is refused, also where the standard would let it be read in one.
struct RequestRules {
    let limits: HTTPLimits

    /// The head as it is served: an absolute target's authority is its host.
    func checked(_ head: HTTPRequestHead) throws(Fault) -> HTTPRequestHead {
        try checkSize(head)
        if head.method == .CONNECT { throw .unknownMethod }
        let fields = try names(of: head)
        try checkTarget(head)
        try checkHost(head, fields.hosts)
        try checkFraming(head, fields)
        var head = head
        if let authority = head.authority {
            // An empty host is none (RFC 9110, 4.2.1).
            guard Self.isHost(authority), !hostName(of: authority).isEmpty else {
                throw .malformed("The target's host is none.")
            }
            head.headers.replaceOrAdd(name: "host", value: authority)
        }
        return head
    }

    private func checkSize(_ head: HTTPRequestHead) throws(Fault) {
        guard head.uri.utf8.count <= limits.header else { throw .targetTooLong }
        let size = head.headers.reduce(head.uri.utf8.count + 16) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard size <= limits.header else { throw .headersTooLarge }
    }

    private struct Fields {
        var hosts: [String] = []
        var codings: [String] = []
        var lengths: [String] = []
    }

    /// One pass: every look-up by name reads all fields.
    private func names(of head: HTTPRequestHead) throws(Fault) -> Fields {
        var fields = Fields()
        for (name, value) in head.headers {
            guard Self.isPlain(value) else { throw .malformed("A header field holds a control character.") }
            switch name.utf8.count {
            case 4 where name.lowercased() == "host": fields.hosts.append(value)
            case 14 where name.lowercased() == "content-length": fields.lengths.append(value)
            case 17 where name.lowercased() == "transfer-encoding": fields.codings.append(value)
            default: break
            }
        }
        return fields
    }

    private func checkTarget(_ head: HTTPRequestHead) throws(Fault) {
        let uri = head.uri
        if uri.hasPrefix("/") || uri == "*" && head.method == .OPTIONS { return }
        guard head.authority != nil else { throw .malformed("The target is no path.") }
    }

    private func checkHost(_ head: HTTPRequestHead, _ hosts: [String]) throws(Fault) {
        guard hosts.count <= 1, head.version != .http1_1 || hosts.count == 1 else {
            throw .malformed("A request names its host once.")
        }
        guard hosts.allSatisfy(Self.isHost) else { throw .malformed("The Host field names no host.") }
    }

    private func checkFraming(_ head: HTTPRequestHead, _ fields: Fields) throws(Fault) {
        if !fields.codings.isEmpty {
            guard head.version == .http1_1, fields.lengths.isEmpty else {
                throw .malformed("The length of the body is said in two ways.")
            }
            guard fields.codings.count == 1, fields.codings[0].lowercased() == "chunked" else {
                throw .notImplemented("The body's transfer coding is not known here: only chunked is.")
            }
        }
        guard let length = fields.lengths.first else { return }
        guard fields.lengths.count == 1, !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .malformed("The Content-Length is no number.")
        }
        guard let count = Int(length), count <= limits.body else { throw .tooLarge }
    }

    private static func isPlain(_ value: String) -> Bool {
        value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 9 }
    }

    /// `uri-host [ ":" port ]` (RFC 9112, 3.2; RFC 3986, 3.2.2). Empty where there is nothing to name.
    static func isHost(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            guard rest[rest.startIndex + 1..<end].allSatisfy(isAddress) else { return false }
            rest = rest[(end + 1)...]
        } else {
            rest = rest.drop(while: isName)
        }
        guard let colon = rest.first else { return true }
        let port = rest.dropFirst()
        return colon == UInt8(ascii: ":") && port.count <= 5 && port.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isAddress(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "%") || isName(byte)
    }

    /// Unreserved characters, sub-delimiters that appear in names, and escapes.
    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"): true
        default: false
        }
    }
}

extension Fault {
    static let targetTooLong = Fault(status: 414, code: "uri-too-long", detail: "The address is too long.")
    static let headersTooLarge = Fault(
        status: 431, code: "headers-too-large", detail: "The header fields are too large, or too many.")
    static let versionUnknown = Fault(
        status: 505, code: "version-not-supported", detail: "HTTP/1.1 and HTTP/1.0 are spoken here.")

    static func notImplemented(_ detail: String) -> Fault {
        Fault(status: 501, code: "not-implemented", detail: detail)
    }
}
