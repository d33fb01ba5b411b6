/// The first bytes a client sends, before its first frame.
package enum Intro {
    /// "WA", protocol 6, dictionary 3. Also the prologue of the Noise handshake.
    package static let header: [UInt8] = [0x57, 0x41, 6, 3]
    private static let routingHeader: [UInt8] = [0x45, 0x44, 0, 1]

    /// - Parameter routing: what an `edge_routing` stanza of an earlier connection gave; empty if none.
    package static func opening(routing: [UInt8] = []) -> [UInt8] {
        guard !routing.isEmpty else { return header }
        return routingHeader + [UInt8](bigEndian: routing.count, count: 3) + routing + header
    }

    /// Takes the opening off the front of `bytes`; nil while it is incomplete. For the server's side.
    package static func strip(_ bytes: inout [UInt8]) throws(FrameError) -> [UInt8]? {
        var skip = 0
        if bytes.starts(with: routingHeader) {
            guard bytes.count >= 7 else { return nil }
            skip = 7 + (Int(bytes[4]) << 16 | Int(bytes[5]) << 8 | Int(bytes[6]))
            guard skip <= 7 + 4096 else { throw .badIntro }
        } else if bytes.count < 4 {
            guard routingHeader.starts(with: bytes) || header.starts(with: bytes) else { throw .badIntro }
            return nil
        }
        guard bytes.count >= skip + header.count else { return nil }
        guard bytes[skip...].starts(with: header) else { throw .badIntro }
        let routing = skip > 0 ? Array(bytes[7..<skip]) : []
        bytes.removeFirst(skip + header.count)
        return routing
    }
}
