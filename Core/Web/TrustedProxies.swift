import Glibc

/// Which peers may say for whom they speak (`X-Forwarded-For`). From anybody else those headers are hearsay.
package struct TrustedProxies: Sendable {
    private let networks: [Network]

    /// `10.0.0.0/8, 127.0.0.1, ::1`; empty trusts nobody, `nil` when an entry is malformed.
    package init?(_ list: String) {
        var networks: [Network] = []
        for entry in list.split(separator: ",").map(trimmed) where !entry.isEmpty {
            guard let network = Network(entry) else { return nil }
            networks.append(network)
        }
        self.networks = networks
    }

    package func trusts(_ address: String) -> Bool {
        guard !networks.isEmpty, let bytes = addressBytes(address) else { return false }
        return networks.contains { $0.contains(bytes) }
    }

    /// The nearest address that no trusted proxy vouches away: read from the right, since everything to the left of the
    /// first untrusted address is that client's own claim.
    package func clientAddress(peer: String, forwardedFor: String?) -> String {
        guard trusts(peer), let forwardedFor else { return peer }
        var client = peer
        for hop in forwardedFor.split(separator: ",").reversed().map(trimmed) {
            guard let address = Self.address(of: hop) else { return client }
            client = address
            guard trusts(address) else { return client }
        }
        return client
    }

    /// The address of a hop as proxies write it: alone, with the client's port (`203.0.113.50:4000`, as Azure does), in brackets, in
    /// quotes (RFC 7239, section 6). A port is no part of who somebody is. `nil` for `unknown`, a hidden name (`_proxy`) and anything
    /// else.
    private static func address(of hop: String) -> String? {
        var text = hop[...]
        if text.count >= 2, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
            text = text[text.index(after: text.startIndex)..<end]
        } else if let colon = text.firstIndex(of: ":"), text.contains("."), isPort(text[colon...]) {
            text = text[..<colon]
        }
        let address = String(text.prefix { $0 != "%" })
        return addressBytes(address) == nil ? nil : address
    }

    /// Nothing, or a colon and one to five digits.
    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty
            || text.first == ":" && (2...6).contains(text.utf8.count)
                && text.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
    }

    private struct Network: Sendable {
        let bytes: [UInt8]
        let bits: Int

        init?(_ text: String) {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count <= 2, let bytes = addressBytes(String(parts[0])) else { return nil }
            guard let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8, (0...bytes.count * 8).contains(bits)
            else {
                return nil
            }
            self.bytes = bytes
            self.bits = bits
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            return (0..<bits).allSatisfy { bit in (address[bit / 8] ^ bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0 }
        }
    }
}

/// Four or sixteen bytes in network order; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is the IPv4 address.
private func addressBytes(_ text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var sixteen = in6_addr()
    guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: sixteen) { Array($0) }
    let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? Array(bytes[12...]) : bytes
}
