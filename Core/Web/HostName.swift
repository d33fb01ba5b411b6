/// The host of an authority, `Host` field or origin without its scheme: without port, without the brackets of an IPv6 address
/// (RFC 3986, 3.2.2).
package func hostName(of authority: some StringProtocol) -> String {
    authority.hasPrefix("[")
        ? String(authority.dropFirst().prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
}
