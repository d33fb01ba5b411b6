import Glibc

/// Decides which addresses a request may reach. It judges the address that the socket is opened to, after DNS: a name that
/// resolves to a private address, a redirect to one and a second answer of a rebinding server are all refused.
///
/// Hosts the operator configured (a proxy on the same machine, the sandbox's simulators) are named in the allow list.
struct EgressGuard: Sendable {
    /// `host:port`, lower-case.
    private let allowed: Set<String>

    /// - Parameter allowed: `host:port`, or a whole base URL, whose host and port are then meant.
    init(allowed: [String]) {
        self.allowed = Set(allowed.compactMap(Self.hostAndPort))
    }

    func mayReachPrivate(host: String, port: Int) -> Bool {
        allowed.contains("\(host.lowercased()):\(port)")
    }

    private static func hostAndPort(_ entry: String) -> String? {
        let entry = entry.filter { !$0.isWhitespace }.lowercased()
        guard let scheme = entry.firstRange(of: "://") else { return entry.isEmpty ? nil : entry }
        let authority = entry[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        if authority[afterBracket...].contains(":") { return String(authority) }
        return "\(authority):\(entry.hasPrefix("https:") ? 443 : 80)"
    }
}

/// Ranges of the IANA special-purpose registries (RFC 6890 and successors) that are not the public internet.
enum AddressRange {
    static func isPublic(_ address: UnsafeRawPointer, family: Int32) -> Bool {
        switch family {
        case AF_INET: isPublicIPv4(bytes(address + 4, count: 4))
        case AF_INET6: isPublicIPv6(bytes(address + 8, count: 16))
        default: false
        }
    }

    private static func bytes(_ pointer: UnsafeRawPointer, count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: pointer, count: count))
    }

    /// Address and prefix length.
    private static let closedIPv4: [(prefix: [UInt8], length: Int)] = [
        ([0, 0, 0, 0], 8), ([10, 0, 0, 0], 8), ([100, 64, 0, 0], 10), ([127, 0, 0, 0], 8), ([169, 254, 0, 0], 16),
        ([172, 16, 0, 0], 12), ([192, 0, 0, 0], 24), ([192, 0, 2, 0], 24), ([192, 88, 99, 0], 24),
        ([192, 168, 0, 0], 16), ([198, 18, 0, 0], 15), ([198, 51, 100, 0], 24), ([203, 0, 113, 0], 24),
        ([224, 0, 0, 0], 4), ([240, 0, 0, 0], 4),
    ]

    /// Inside 2000::/3, which is all that is routed publicly: protocol assignments with Teredo, documentation (two), 6to4.
    private static let closedIPv6: [(prefix: [UInt8], length: Int)] = [
        ([0x20, 0x01, 0, 0], 23), ([0x20, 0x01, 0x0d, 0xb8], 32), ([0x20, 0x02], 16), ([0x3f, 0xff, 0], 20),
    ]

    static func isPublicIPv4(_ address: [UInt8]) -> Bool {
        address.count == 4 && !closedIPv4.contains { matches(address, $0.prefix, $0.length) }
    }

    static func isPublicIPv6(_ address: [UInt8]) -> Bool {
        guard address.count == 16 else { return false }
        // NAT64 (RFC 6052) stands for the IPv4 address in its last four bytes.
        if address.starts(with: [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return isPublicIPv4(Array(address.suffix(4)))
        }
        return address[0] & 0xe0 == 0x20 && !closedIPv6.contains { matches(address, $0.prefix, $0.length) }
    }

    private static func matches(_ address: [UInt8], _ prefix: [UInt8], _ length: Int) -> Bool {
        for bit in 0..<length {
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            let wanted = bit / 8 < prefix.count ? prefix[bit / 8] : 0
            if (address[bit / 8] ^ wanted) & mask != 0 { return false }
        }
        return true
    }
}
