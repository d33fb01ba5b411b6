import Domain
import Glibc

/// The address that somebody is counted under: login tries, places, bytes. An IPv6 host commonly owns a whole /64, so that is what is counted.
package func countedAddress(_ sourceIP: String) -> String {
    guard sourceIP.contains(":") else { return sourceIP.cut(to: 60) }
    var address = in6_addr()
    guard inet_pton(AF_INET6, sourceIP, &address) == 1 else { return sourceIP.cut(to: 60) }
    let bytes = withUnsafeBytes(of: address) { Array($0) }
    // ::ffff:0:0/96 is IPv4 in IPv6's clothes.
    if bytes[0..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
        return bytes[12...].map(String.init).joined(separator: ".")
    }
    let groups = stride(from: 0, to: 8, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
}
